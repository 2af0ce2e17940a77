"""Calls of AWS by a function: with direct calls it sees the same as with botocore untouched."""

from __future__ import annotations

import re
from typing import Any

import pytest

from localstack_host.services.lambda_.zygotes import fork_is_safe
from tests.integration.conftest import Cloud

pytestmark = pytest.mark.skipif(not fork_is_safe(), reason="functions are not forked here")

UNTOUCHED = {"Environment": {"Variables": {"PYTHONHASHSEED": "1"}}}
"""A variable that an interpreter reads when it starts: the function gets one of its own."""

CALLS = """
import concurrent.futures, datetime, decimal, json
import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.config import Config
from botocore.client import BaseClient
from botocore.exceptions import ClientError

TABLE, MISSING = "{table}", "missing-table"
db = boto3.client("dynamodb")
table = boto3.resource("dynamodb").Table(TABLE)
ITEM = {{"id": {{"S": "m\\u00fcg"}}, "photo": {{"B": b"\\x00\\xff"}}, "n": {{"N": "12"}},
        "set": {{"NS": ["1", "2"]}}, "none": {{"NULL": True}}, "yes": {{"BOOL": True}},
        "bytes": {{"BS": [b"a", b"b"]}}, "map": {{"M": {{"list": {{"L": [{{"S": ""}}]}}}}}}}}
KEY = {{"id": ITEM["id"]}}

def in_threads(calls):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(outcome, calls))

def with_other_keys():
    client = boto3.client("dynamodb")
    client.get_item(TableName=TABLE, Key=KEY)
    client._request_signer._credentials.token = None
    client._request_signer._credentials.access_key = "test"
    return client.get_item(TableName=TABLE, Key=KEY)

def seen_by_a_handler():
    client, seen = boto3.client("dynamodb"), []
    client.get_item(TableName=TABLE, Key=KEY)
    note = lambda request, **given: seen.append(request.url)
    client.meta.events.register("before-send.dynamodb", note)
    return client.get_item(TableName=TABLE, Key=KEY)["Item"], len(seen)

def listed(client):
    pages = client.get_paginator("scan").paginate(TableName=TABLE, Limit=1)
    return [page["Items"] for page in pages]

CASES = [
    ("put", lambda: db.put_item(TableName=TABLE, Item=ITEM, ReturnConsumedCapacity="TOTAL")),
    ("get", lambda: db.get_item(TableName=TABLE, Key=KEY)),
    ("get nothing", lambda: db.get_item(TableName=TABLE, Key={{"id": {{"S": "no"}}}})),
    ("update", lambda: db.update_item(
        TableName=TABLE, Key=KEY, UpdateExpression="SET n = :n", ReturnValues="ALL_NEW",
        ExpressionAttributeValues={{":n": {{"N": "13"}}}})),
    ("refused condition", lambda: db.update_item(
        TableName=TABLE, Key=KEY, UpdateExpression="SET n = :n",
        ConditionExpression="n = :n", ReturnValuesOnConditionCheckFailure="ALL_OLD",
        ExpressionAttributeValues={{":n": {{"N": "99"}}}})),
    ("canceled transaction", lambda: db.transact_write_items(ClientRequestToken="1", TransactItems=[
        {{"Put": {{"TableName": TABLE, "Item": ITEM,
                 "ConditionExpression": "attribute_not_exists(id)",
                 "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}}}}])),
    ("wrong parameter", lambda: db.get_item(TableName=TABLE, Key="no")),
    ("missing table", lambda: db.get_item(TableName=MISSING, Key=KEY)),
    ("wrong expression", lambda: db.scan(TableName=TABLE, FilterExpression="n =")),
    ("batch", lambda: db.batch_get_item(RequestItems={{TABLE: {{"Keys": [KEY]}}}})),
    ("resource put", lambda: table.put_item(
        Item={{"id": "r", "n": decimal.Decimal("1.5"), "b": b"x", "s": {{1, 2}}}})),
    ("resource query", lambda: table.query(
        KeyConditionExpression=Key("id").eq("r"), FilterExpression=Attr("n").gt(1))),
    ("pages", lambda: listed(db)),
    ("times", lambda: db.describe_table(TableName=TABLE)["Table"]["CreationDateTime"].tzinfo),
    ("settings", lambda: boto3.client("ssm").get_parameter(Name="/no/such")),
    ("machines", lambda: boto3.client("stepfunctions").list_state_machines()),
    ("events", lambda: boto3.client("events").put_events(Entries=[
        {{"Source": "me", "DetailType": "x", "Detail": "{{}}"}}])),
    ("queues", lambda: boto3.client("sqs").list_queues(QueueNamePrefix="none")),
    ("topics", lambda: boto3.client("sns").get_topic_attributes(
        TopicArn="arn:aws:sns:us-east-2:123456789012:x")),
    ("objects", lambda: boto3.client("s3").get_object(Bucket="no-such-bucket-here", Key="x")),
    ("identity", lambda: boto3.client("sts").get_caller_identity()["Account"]),
    ("in threads", lambda: in_threads(4 * [
        lambda: db.get_item(TableName=TABLE, Key=KEY)["Item"],
        lambda: db.get_item(TableName=MISSING, Key=KEY)])),
    ("other keys", with_other_keys),
    ("a handler", seen_by_a_handler),
    ("a waiter", lambda: db.get_waiter("table_exists").wait(TableName=TABLE)),
    ("resource scan", lambda: list(boto3.resource("dynamodb").Table(TABLE).scan()["Items"])),
    ("the same transaction twice", lambda: [db.transact_write_items(
        ClientRequestToken="2", TransactItems=[{{"Put": {{"TableName": TABLE, "Item": ITEM}}}}])
        for _ in range(2)]),
    ("nowhere", lambda: boto3.client("dynamodb", endpoint_url="http://127.0.0.1:9", config=Config(
        connect_timeout=1, retries={{"total_max_attempts": 1}})).list_tables()),
]

def outcome(call):
    try:
        return repr(call())
    except ClientError as error:
        kinds = [kind.__name__ for kind in type(error).__mro__]
        return repr([kinds, str(error), error.operation_name, error.response])
    except Exception as error:
        return repr([type(error).__qualname__, str(error)])

def handle(event, context):
    return {{"requests": BaseClient._make_api_call.__qualname__,
            "seen": {{name: outcome(call) for name, call in CASES}}}}
"""


def without_what_changes(seen: str) -> str:
    """The outcome without times, ids of requests, and the key of a session."""
    seen = re.sub(r"'(date|x-amz-crc32|content-length)': '[^']*'", r"'\\1'", seen)
    seen = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", seen)
    seen = re.sub(r"\b(role|probe)-[0-9a-f]{8}\b", "NAME", seen)
    return re.sub(r"\b[A-Z0-9]{52}\b", "ID", seen)


def results(cloud: Cloud, **settings: Any) -> dict[str, Any]:
    table = cloud.table("id")
    name = cloud.function(CALLS.format(table=table), Timeout=60, MemorySize=512, **settings)
    answer = cloud.invoke(name)
    assert answer.error is None, answer.payload
    seen = answer.payload["seen"]
    cleaned = {case: without_what_changes(text).replace(table, "T") for case, text in seen.items()}
    return {"requests": answer.payload["requests"], "seen": cleaned}


def test_a_function_sees_the_same_with_direct_calls(cloud: Cloud) -> None:
    direct, untouched = results(cloud), results(cloud, **UNTOUCHED)

    assert direct["requests"] == "call_directly.<locals>.make_api_call"
    assert untouched["requests"] == "BaseClient._make_api_call"
    assert len(direct["seen"]) > 20
    assert direct["seen"] == untouched["seen"]
    assert "HTTPStatusCode': 200" in direct["seen"]["get"]
    assert "ConditionalCheckFailedException" in direct["seen"]["refused condition"]


DENY = {"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}
READS = """
import boto3
db = boto3.client("dynamodb")
def handle(event, context):
    return list(db.get_item(TableName=event, Key={"id": {"S": "x"}}))
"""


def test_a_direct_call_has_the_permissions_of_the_functions_role(cloud: Cloud) -> None:
    table = cloud.table("id")
    allowed = cloud.function(READS)
    refused = cloud.function(READS, Role=cloud.role(DENY))
    assert cloud.invoke(allowed, table).payload == ["ResponseMetadata"]
    assert (
        cloud.invoke(refused, table)
        .payload["errorMessage"]
        .startswith("An error occurred (AccessDeniedException) when calling the GetItem operation")
    )

"""DynamoDB of the emulator, on whichever engine: what applications rely on."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import Cloud, key_schema

THREADS = 16


def s(value: str) -> dict[str, str]:
    return {"S": value}


def n(value: int) -> dict[str, str]:
    return {"N": str(value)}


def outcome(action: Callable[[], object]) -> str:
    try:
        action()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "done"


def at_once(action: Callable[[int], object], times: int) -> Counter[str]:
    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(lambda number: outcome(lambda: action(number)), range(times)))


def take_one(table: str, sku: str) -> dict[str, Any]:
    """An update that takes one piece where there is one."""
    return {
        "TableName": table,
        "Key": {"sku": s(sku)},
        "UpdateExpression": "SET available = available - :one",
        "ConditionExpression": "available >= :one",
        "ExpressionAttributeValues": {":one": n(1)},
    }


def reserve(table: str, order: str) -> dict[str, Any]:
    return {
        "TableName": table,
        "Item": {"orderId": s(order)},
        "ConditionExpression": "attribute_not_exists(orderId)",
    }


def available(dynamodb: Any, table: str, sku: str) -> int:
    found = dynamodb.get_item(TableName=table, Key={"sku": s(sku)}, ConsistentRead=True)
    return int(found["Item"]["available"]["N"])


def stock(cloud: Cloud, **pieces: int) -> str:
    table = cloud.table("sku")
    for sku, count in pieces.items():
        cloud.client("dynamodb").put_item(
            TableName=table, Item={"sku": s(sku), "available": n(count)}
        )
    return table


def test_conditional_writes_of_many_threads_never_take_too_much(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), stock(cloud, mug=10)
    ends = at_once(lambda _: dynamodb.update_item(**take_one(table, "mug")), 40)
    assert ends == {"done": 10, "ConditionalCheckFailedException": 30}
    assert available(dynamodb, table, "mug") == 0


def test_transactions_of_many_threads_write_both_items_or_none(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), stock(cloud, mug=10)
    reservations = cloud.table("orderId")

    def order(number: int) -> None:
        dynamodb.transact_write_items(
            TransactItems=[
                {"Update": take_one(table, "mug")},
                {"Put": reserve(reservations, f"order-{number}")},
            ]
        )

    ends = at_once(order, 40)
    assert ends["done"] == 10
    assert set(ends) == {"done", "TransactionCanceledException"}
    assert available(dynamodb, table, "mug") == 0
    assert dynamodb.scan(TableName=reservations)["Count"] == 10


def test_a_reader_never_sees_half_a_transaction(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), stock(cloud, left=100, right=0)
    stopped = threading.Event()

    def move() -> None:
        give = take_one(table, "left")
        take = take_one(table, "right") | {"UpdateExpression": "SET available = available + :one"}
        take["ConditionExpression"] = "available >= :none"
        take["ExpressionAttributeValues"] = {":one": n(1), ":none": n(0)}
        for _ in range(60):
            dynamodb.transact_write_items(TransactItems=[{"Update": give}, {"Update": take}])
        stopped.set()

    reads = [{"Get": {"TableName": table, "Key": {"sku": s(sku)}}} for sku in ("left", "right")]
    writer = threading.Thread(target=move)
    writer.start()
    sums = set()
    while not stopped.is_set() and writer.is_alive():
        answers = dynamodb.transact_get_items(TransactItems=reads)["Responses"]
        sums.add(sum(int(answer["Item"]["available"]["N"]) for answer in answers))
    writer.join()
    assert sums == {100}
    assert available(dynamodb, table, "right") == 60


def test_a_transaction_reads_a_hundred_items(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), stock(cloud, **{f"s{n}": n for n in range(100)})
    keys = [{"sku": s(f"s{n}")} for n in range(100)]
    gets = [{"Get": {"TableName": table, "Key": key}} for key in keys]
    found = dynamodb.transact_get_items(TransactItems=gets)["Responses"]
    assert [int(one["Item"]["available"]["N"]) for one in found] == list(range(100))


def test_a_cancelled_transaction_says_for_each_item_why_and_writes_nothing(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), stock(cloud, mug=5, hat=0)
    asked = take_one(table, "hat") | {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    with pytest.raises(ClientError) as caught:
        dynamodb.transact_write_items(
            TransactItems=[{"Update": take_one(table, "mug")}, {"Update": asked}]
        )
    reasons = caught.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]
    assert reasons[1]["Item"] == {"sku": s("hat"), "available": n(0)}
    assert "[None, ConditionalCheckFailed]" in caught.value.response["Error"]["Message"]
    assert available(dynamodb, table, "mug") == 5


def test_an_operation_that_cannot_be_applied_takes_back_those_before_it(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), stock(cloud, mug=5)
    add_to_text = {
        "TableName": table,
        "Key": {"sku": s("new")},
        "UpdateExpression": "SET available = missing + :one",
        "ExpressionAttributeValues": {":one": n(1)},
    }
    with pytest.raises(ClientError):
        dynamodb.transact_write_items(
            TransactItems=[{"Update": take_one(table, "mug")}, {"Update": add_to_text}]
        )
    assert available(dynamodb, table, "mug") == 5
    assert "Item" not in dynamodb.get_item(TableName=table, Key={"sku": s("new")})


def test_a_repeated_transaction_with_the_same_token_is_done_once(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), stock(cloud, mug=5)
    token = uuid.uuid4().hex
    for _ in range(3):
        dynamodb.transact_write_items(
            ClientRequestToken=token, TransactItems=[{"Update": take_one(table, "mug")}]
        )
    assert available(dynamodb, table, "mug") == 4
    with pytest.raises(ClientError, match="IdempotentParameterMismatch"):
        dynamodb.transact_write_items(
            ClientRequestToken=token, TransactItems=[{"Update": take_one(table, "hat")}]
        )


def test_a_failed_condition_returns_the_item_when_asked(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), stock(cloud, mug=0)
    with pytest.raises(ClientError) as caught:
        dynamodb.update_item(
            **take_one(table, "mug"), ReturnValuesOnConditionCheckFailure="ALL_OLD"
        )
    assert caught.value.response["Item"] == {"sku": s("mug"), "available": n(0)}


def test_a_value_that_no_expression_uses_is_refused(cloud: Cloud) -> None:
    table = stock(cloud, mug=1)
    update = take_one(table, "mug")
    update["ExpressionAttributeValues"] = {":one": n(1), ":two": n(2)}
    assert outcome(lambda: cloud.client("dynamodb").update_item(**update)) == "ValidationException"


def by_status(cloud: Cloud) -> str:
    """A table of orders with an index of the open ones by their time."""
    index = {
        "IndexName": "open",
        "KeySchema": key_schema("openStatus", "createdAt"),
        "Projection": {"ProjectionType": "ALL"},
    }
    attributes = ("openStatus", "createdAt")
    return cloud.table("orderId", attributes=attributes, GlobalSecondaryIndexes=[index])


def test_a_key_of_an_index_must_have_its_declared_type(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), by_status(cloud)
    item = {"orderId": s("o1"), "createdAt": n(20260101)}
    put = {"TableName": table, "Item": item}
    update = {
        "TableName": table,
        "Key": {"orderId": s("o1")},
        "UpdateExpression": "SET createdAt = :at",
        "ExpressionAttributeValues": {":at": n(20260101)},
    }
    assert outcome(lambda: dynamodb.put_item(**put)) == "ValidationException"
    assert outcome(lambda: dynamodb.update_item(**update)) == "ValidationException"
    assert dynamodb.scan(TableName=table)["Count"] == 0


def test_a_sparse_index_is_read_in_order_page_by_page(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), by_status(cloud)
    for number in (3, 1, 4, 2, 5):
        item = {"orderId": s(f"o{number}"), "createdAt": s(f"2026-01-0{number}")}
        dynamodb.put_item(
            TableName=table, Item=item | ({} if number == 3 else {"openStatus": s("OPEN")})
        )
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        IndexName="open",
        KeyConditionExpression="openStatus = :open",
        ExpressionAttributeValues={":open": s("OPEN")},
        ScanIndexForward=False,
        PaginationConfig={"PageSize": 3},
    )
    found = [item["orderId"]["S"] for page in pages for item in page["Items"]]
    assert found == ["o5", "o4", "o2", "o1"]


def test_a_tag_that_is_set_again_has_its_new_value_only(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("sku")
    arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    for value in ("old", "new"):
        dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "Owner", "Value": value}])
    tags = dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]
    assert tags == [{"Key": "Owner", "Value": "new"}]


def test_a_table_is_found_by_its_tags(cloud: Cloud) -> None:
    dynamodb, tagging = cloud.client("dynamodb"), cloud.client("resourcegroupstaggingapi")
    table = dynamodb.describe_table(TableName=cloud.table("id"))["Table"]["TableArn"]
    owner = [{"Key": "owner", "Values": [table]}]
    dynamodb.tag_resource(ResourceArn=table, Tags=[{"Key": "owner", "Value": table}])

    (found,) = tagging.get_resources(TagFilters=owner)["ResourceTagMappingList"]
    tagging.tag_resources(ResourceARNList=[table], Tags={"more": "x"})

    assert found["ResourceARN"] == table
    tags = dynamodb.list_tags_of_resource(ResourceArn=table)["Tags"]
    assert {tag["Key"] for tag in tags} == {"owner", "more"}


def test_a_table_without_a_key_of_its_own_has_the_one_that_aws_manages(cloud: Cloud) -> None:
    dynamodb, shown = cloud.client("dynamodb"), []
    for table in (cloud.table("sku"), cloud.table("sku")):
        dynamodb.update_table(TableName=table, SSESpecification={"Enabled": True})
        described = dynamodb.describe_table(TableName=table)["Table"]
        shown.append(described["SSEDescription"]["KMSMasterKeyArn"])
    assert shown[0] == shown[1]
    key = cloud.client("kms").describe_key(KeyId=shown[0])["KeyMetadata"]
    assert (key["Arn"], key["KeyManager"]) == (shown[0], "AWS")
    assert key["Description"].startswith("Default key that protects my DynamoDB data")

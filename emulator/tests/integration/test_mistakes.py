"""What a request asks for and a service cannot do is its sender's mistake, and never a failure."""

from __future__ import annotations

import uuid
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.integration.conftest import Cloud

KEY = {"id": {"S": "1"}}
ONE = {":v": {"N": "1"}}
PLUS = {"UpdateExpression": "SET a = :v", "ExpressionAttributeValues": ONE}


def update(expression: str, values: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"UpdateExpression": expression, "ExpressionAttributeValues": values or ONE}


def deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "at the bottom"}
    for _ in range(levels):
        value = {"L": [value]}
    return value


UPDATES = {
    "3,000 clauses": update("SET " + ", ".join(f"a{each} = :v" for each in range(3_000))),
    "a sum of 1,300 numbers": update("SET a=" + "+".join([":v"] * 1_300)),
    "301 operators": update("SET a = " + "+".join([":v"] * 302)),
    "brackets twice": PLUS | {"ConditionExpression": "a = :v OR ( ( a = :v ) )"},
    "1,000 brackets": update("SET a = " + "(" * 1_000 + ":v" + ")" * 1_000),
    "nested functions": update("SET a = " + "if_not_exists(a," * 200 + ":v" + ")" * 200),
    "nothing": {"UpdateExpression": ""},
    "a name that is not defined": update("SET #n = :v"),
    "a value that is not defined": update("SET a = :v, b = :w"),
    "a word": update("ADD a :v", {":v": {"N": "abc"}}),
    "a number that is none": update("ADD a :v", {":v": {"N": "NaN"}}),
    "a number that is too large": update("SET a = :v", {":v": {"N": "1e126"}}),
    "digits of another script": update("SET a = :v", {":v": {"N": "\u0661"}}),
    "a set of words": update("SET a = :v", {":v": {"NS": ["1", "abc"]}}),
    "deep values": update("SET a = :v", {":v": deep(60)}),
    "a condition of 1,000 brackets": PLUS
    | {"ConditionExpression": "(" * 1_000 + "a = :v" + ")" * 1_000},
    "a condition of 900 NOTs": PLUS | {"ConditionExpression": "NOT " * 900 + "a = :v"},
    "an empty condition": PLUS | {"ConditionExpression": " "},
    "half a condition": PLUS | {"ConditionExpression": "a ="},
    "an open bracket": PLUS | {"ConditionExpression": "(a = :v"},
    "no operand": PLUS | {"ConditionExpression": "= :v"},
    "a condition on a name that is not defined": PLUS | {"ConditionExpression": "#n = :v"},
}
STATEMENTS = {
    "a word": "nope",
    "half a statement": "SELECT * FROM",
    "an insert that does not end": "INSERT INTO t VALUE {",
    "brackets": "SELECT * FROM t WHERE " + "(" * 2_000 + "id = '1'" + ")" * 2_000,
}
OTHERS: list[tuple[str, str, dict[str, Any]]] = [
    ("dynamodb", "GetItem", {}),
    ("dynamodb", "CreateTable", {"TableName": "no-keys"}),
    ("dynamodb", "ListTables", {"Limit": -1}),
    ("sqs", "CreateQueue", {}),
    ("sqs", "DeleteQueue", {"QueueUrl": "nowhere"}),
    ("sqs", "ReceiveMessage", {"QueueUrl": "../.."}),
    ("sqs", "SendMessage", {"QueueUrl": "http://" + "a" * 100 + ".localhost:1/x"}),
    ("sns", "Publish", {}),
    ("events", "ListRules", {"NextToken": "NaN"}),
    ("events", "ListRules", {"NextToken": "é"}),
    ("events", "PutEvents", {}),
    ("events", "TagResource", {"ResourceARN": "[", "Tags": []}),
    ("stepfunctions", "StartExecution", {}),
    ("stepfunctions", "ListStateMachines", {"maxResults": -1}),
    ("lambda", "CreateFunction", {"FunctionName": "f"}),
    ("lambda", "ListFunctions", {"MaxItems": -1}),
    ("logs", "GetQueryResults", {"queryId": "nope"}),
    ("logs", "StartQuery", {}),
    ("cloudwatch", "PutMetricData", {}),
    ("ssm", "PutParameter", {}),
    ("iam", "CreateRole", {}),
    ("iam", "CreateUser", {"UserName": "a\x00b"}),
    ("iam", "GetRole", {"RoleName": "\ufffe"}),
    ("sts", "AssumeRole", {}),
    ("ses", "SendEmail", {}),
    ("apigateway", "CreateDeployment", {"restApiId": "nope"}),
]


@pytest.fixture
def careless(endpoint: str) -> Any:
    """Makes clients that send whatever they are told to, once."""
    session = boto3.Session("test", "test", region_name="us-east-2")
    config = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
    return lambda service: session.client(service, endpoint_url=endpoint, config=config)


def refusal(call: Any, *arguments: Any, **named: Any) -> tuple[int, str]:
    """The status and the code that a call is refused with."""
    with pytest.raises(ClientError) as caught:
        call(*arguments, **named)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


@pytest.mark.parametrize("wrong", UPDATES.values(), ids=UPDATES)
def test_an_update_that_cannot_be_meant_is_refused_and_changes_nothing(
    cloud: Cloud, wrong: dict[str, Any]
) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("id")
    item = KEY | {"a": {"N": "7"}}
    dynamodb.put_item(TableName=table, Item=item)
    for key in (KEY, {"id": {"S": "new"}}):
        request = {"TableName": table, "Key": key, **wrong}
        assert refusal(dynamodb.update_item, **request) == (400, "ValidationException")
    assert dynamodb.scan(TableName=table)["Items"] == [item]


@pytest.mark.parametrize("wrong", UPDATES.values(), ids=UPDATES)
def test_nothing_of_a_transaction_with_such_an_update_is_done(
    cloud: Cloud, wrong: dict[str, Any]
) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("id")
    put = {"Put": {"TableName": table, "Item": {"id": {"S": "first"}}}}
    request = [put, {"Update": {"TableName": table, "Key": KEY, **wrong}}]
    status, _ = refusal(dynamodb.transact_write_items, TransactItems=request)
    assert status == 400
    assert dynamodb.scan(TableName=table)["Items"] == []


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_a_statement_that_cannot_be_read_is_refused(cloud: Cloud, statement: str) -> None:
    dynamodb = cloud.client("dynamodb")
    assert refusal(dynamodb.execute_statement, Statement=statement)[0] == 400


def test_an_update_without_an_expression_makes_the_item_and_changes_none(cloud: Cloud) -> None:
    # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
    dynamodb, table = cloud.client("dynamodb"), cloud.table("id")
    dynamodb.update_item(TableName=table, Key=KEY)
    assert dynamodb.scan(TableName=table)["Items"] == [KEY]
    item = KEY | {"a": {"N": "7"}}
    dynamodb.put_item(TableName=table, Item=item)
    answer = dynamodb.update_item(TableName=table, Key=KEY, ReturnValues="ALL_NEW")
    assert answer["Attributes"] == item


def test_what_dynamodb_takes_it_still_takes(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("id")
    numbers = ("0", "-0", "1.50", ".5", "5.", "9.9e125", "-1E-130", "000123", "1" * 38)
    for number in numbers:
        dynamodb.put_item(TableName=table, Item=KEY | {"n": {"N": number}, "d": deep(31)})
    many = "SET " + ", ".join(f"a{each} = :v" for each in range(200))
    dynamodb.update_item(TableName=table, Key=KEY, **update(many))
    assert len(dynamodb.get_item(TableName=table, Key=KEY)["Item"]) == 203


@pytest.mark.parametrize(
    ("service", "operation", "parameters"), OTHERS, ids=lambda part: str(part)[:40]
)
def test_no_service_calls_its_sender_s_mistake_a_failure(
    careless: Any, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    status, code = refusal(careless(service)._make_api_call, operation, parameters)
    assert 400 <= status < 500, code


@pytest.mark.parametrize(("path", "status"), [("?max-keys=abc", 400), ("?partNumber=-1", 400)])
def test_odd_numbers_in_an_address_are_refused(cloud: Cloud, path: str, status: int) -> None:
    name = f"numbers-{uuid.uuid4().hex[:8]}"
    place = {"LocationConstraint": "us-east-2"}
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=place)

    def ask(request: Any, **_: Any) -> None:
        request.url += path

    s3.meta.events.register("before-sign.s3.ListObjects", ask)
    try:
        assert refusal(s3.list_objects, Bucket=name)[0] in (status, 404)
    finally:
        s3.meta.events.unregister("before-sign.s3.ListObjects", ask)
        s3.delete_bucket(Bucket=name)


@pytest.mark.parametrize(
    ("operation", "request_", "words"),
    [
        ("create_log_group", {"logGroupName": "/a!"}, "'/a!' at 'logGroupName'"),
        ("put_retention_policy", {"logGroupName": "/a", "retentionInDays": 8}, "'8' at"),
    ],
)
def test_a_log_group_is_as_aws_would_have_it(
    cloud: Cloud, operation: str, request_: dict[str, Any], words: str
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(cloud.client("logs"), operation)(**request_)
    error = caught.value.response["Error"]
    assert error["Code"] == "InvalidParameterException"
    assert words in error["Message"]
    assert "failed to satisfy constraint: Member must satisfy" in error["Message"]

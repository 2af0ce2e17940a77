"""What a request may contain, and which of several faults is said."""

import json
from typing import Any
from zlib import crc32

import pytest

Client = Any
NULL = "Value null at '{}' failed to satisfy constraint: Member must not be null"
ONE = "1 validation error detected: "


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"\xff",
        b'{"TableName": NaN}',
        b'"x"',
        b'{"TableName":"t\\ud800","Item":{}}',
        b'{"TableName":"orders","Item":{"p":{"S":"\\ud800"}}}',
        b'{"TableName":"orders","Item":{"p":{"S":5}}}',
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    ],
)
def test_a_body_that_is_not_the_json_of_a_request_is_the_callers_fault(
    client: Client, body: bytes
) -> None:
    client.table()
    answer = client.engine.handle("PutItem", body, client.account, "eu-west-1")
    assert answer.status == 400
    kind = json.loads(answer.body)["__type"]
    assert kind in (
        "com.amazon.coral.service#SerializationException",
        "com.amazon.coral.validate#ValidationException",
    )


def test_an_unknown_operation_is_the_callers_fault(client: Client) -> None:
    refused = client.refusal("Nope")
    assert refused.type == "com.amazon.coral.service#UnknownOperationException"


def test_what_is_no_json_is_said_before_the_operation(client: Client) -> None:
    answer = client.engine.handle("Nope", b"{")
    assert json.loads(answer.body) == {"__type": "com.amazon.coral.service#SerializationException"}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"B": "=+/="}, "Invalid last non-pad Base64 character dectected"),
        ({"B": "+/+="}, "Invalid last non-pad Base64 character dectected"),
        ({"B": "a==="}, "Invalid Base64 character detected"),
        ({"B": "=aaa"}, "Invalid Base64 character detected"),
        ({"B": "ab=="}, "Invalid last non-pad Base64 character dectected"),
        ({"B": "a-b="}, "Invalid last non-pad Base64 character dectected"),
        ({"B": "a-Y="}, "Invalid Base64 character detected"),
        (
            [],
            "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue",
        ),
    ],
)
def test_a_value_that_cannot_be_decoded_has_a_message_of_its_own(
    client: Client, value: Any, message: str
) -> None:
    refused = client.refusal("PutItem", TableName=client.table(), Item={"p": value})
    assert refused.message == message


def test_an_answer_has_its_checksum_and_an_id_of_its_own(client: Client) -> None:
    answers = [client.engine.handle("ListTables", b"{}") for _ in range(2)]
    for answer in answers:
        assert answer.headers["x-amz-crc32"] == str(crc32(answer.body))
        assert answer.headers["Content-Type"] == "application/x-amz-json-1.0"
    ids = {answer.headers["x-amzn-RequestId"] for answer in answers}
    assert len(ids) == 2
    assert all(len(one) == 52 for one in ids)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        (None, NULL.format("tableName")),
        (
            "",
            "Value '' at 'tableName' failed to satisfy constraint: Member must have length "
            "greater than or equal to 1",
        ),
        (
            "a" * 256,
            f"Value '{'a' * 256}' at 'tableName' failed to satisfy constraint: Member "
            "must have length less than or equal to 255",
        ),
        (
            "a b",
            "Value 'a b' at 'tableName' failed to satisfy constraint: Member must satisfy "
            "regular expression pattern: [a-zA-Z0-9_.-]+",
        ),
    ],
)
def test_a_wrong_table_name_is_said_with_all_else_that_is_wrong(
    client: Client, name: str | None, wrong: str
) -> None:
    given = {} if name is None else {"TableName": name}
    assert client.refusal("PutItem", Item={}, **given).message == ONE + wrong
    refused = client.refusal("PutItem", **given)
    assert refused.message == f"2 validation errors detected: {wrong}; {NULL.format('item')}"


@pytest.mark.parametrize("table", [{}, {"TableName": "a b"}, {"TableName": ""}])
@pytest.mark.parametrize(
    ("operation", "parameters", "message"),
    [
        ("DeleteItem", {"Expected": {"a": {"Exists": 5}}}, "NUMBER_VALUE cannot be converted"),
        ("PutItem", {"Item": {"a": {"S": 5}}}, "NUMBER_VALUE cannot be converted to String"),
        ("Scan", {"ExclusiveStartKey": {"a": {"L": [{"S": 5}]}}}, "NUMBER_VALUE cannot"),
        ("Scan", {"ScanFilter": {"a": {"AttributeValueList": [{"N": 5}]}}}, "NUMBER_VALUE"),
        ("DeleteItem", {"Expected": {"a": {"Value": "x"}}}, "Unexpected field type"),
        ("CreateTable", {"ProvisionedThroughput": "x"}, "Unexpected field type"),
        ("CreateTable", {"KeySchema": ["x"]}, "Unexpected value type in payload"),
        ("Scan", {"Limit": "5"}, "STRING_VALUE cannot be converted to Integer"),
        ("CreateTable", {"KeySchema": [{"KeyType": 5}]}, "NUMBER_VALUE cannot be converted"),
        ("DescribeTable", {"TableName": 5}, "NUMBER_VALUE cannot be converted to String"),
    ],
)
def test_a_wrong_type_is_said_before_a_wrong_table_name(
    client: Client,
    table: dict[str, Any],
    operation: str,
    parameters: dict[str, Any],
    message: str,
) -> None:
    refused = client.refusal(operation, **(table | parameters))
    assert refused.type == "com.amazon.coral.service#SerializationException"
    assert refused.message.startswith(message)


def test_all_broken_constraints_are_said_together(client: Client) -> None:
    refused = client.refusal(
        "DeleteItem", TableName="orders", ReturnValues="A", ReturnConsumedCapacity="B"
    )
    assert refused.message == (
        "3 validation errors detected: Value 'B' at 'returnConsumedCapacity' failed to satisfy "
        "constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]; Value 'A' at "
        "'returnValues' failed to satisfy constraint: Member must satisfy enum value set: "
        "[ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]; " + NULL.format("key")
    )


def test_no_more_than_ten_broken_constraints_are_said(client: Client) -> None:
    elements = [{"AttributeName": "a", "KeyType": "X"}] * 12
    refused = client.refusal(
        "CreateTable", TableName="orders", KeySchema=elements, AttributeDefinitions=[]
    )
    assert refused.message.startswith("10 validation errors detected: ")
    assert refused.message.count("failed to satisfy") == 10


@pytest.mark.parametrize(
    ("operation", "parameters", "message"),
    [
        ("PutItem", {"TableName": 5, "Item": {}}, "NUMBER_VALUE cannot be converted to String"),
        ("PutItem", {"TableName": 1.5, "Item": {}}, "DECIMAL_VALUE cannot be converted to String"),
        ("PutItem", {"TableName": True, "Item": {}}, "TRUE_VALUE cannot be converted to String"),
        (
            "PutItem",
            {"TableName": ["a"], "Item": {}},
            "Unrecognized collection type class java.lang.String",
        ),
        (
            "PutItem",
            {"TableName": {}, "Item": {}},
            "Start of structure or map found where not expected",
        ),
        (
            "PutItem",
            {"TableName": "abc", "Item": []},
            "Unrecognized collection type java.util.Map<java.lang.String, "
            "com.amazonaws.dynamodb.v20120810.AttributeValue>",
        ),
        ("PutItem", {"TableName": "abc", "Item": "x"}, "Unexpected field type"),
        ("PutItem", {"TableName": "abc", "Item": {"p": "x"}}, "Unexpected value type in payload"),
        ("Scan", {"TableName": "abc", "Limit": "1"}, "STRING_VALUE cannot be converted to Integer"),
        (
            "Scan",
            {"TableName": "abc", "Limit": False},
            "FALSE_VALUE cannot be converted to Integer",
        ),
        (
            "Scan",
            {"TableName": "abc", "ConsistentRead": "maybe"},
            "Unexpected token received from parser",
        ),
        (
            "Scan",
            {"TableName": "abc", "ConsistentRead": 1},
            "NUMBER_VALUE cannot be converted to Boolean",
        ),
        ("Scan", {"TableName": "abc", "AttributesToGet": "a"}, "Unexpected field type"),
        ("Scan", {"TableName": "abc", "ScanFilter": {"a": 1}}, "Unexpected value type in payload"),
        (
            "BatchGetItem",
            {"RequestItems": []},
            "Unrecognized collection type java.util.Map<java.lang.String, "
            "com.amazonaws.dynamodb.v20120810.KeysAndAttributes>",
        ),
    ],
)
def test_a_member_of_a_wrong_type_cannot_be_read(
    client: Client, operation: str, parameters: dict[str, Any], message: str
) -> None:
    client.table("abc")
    refused = client.refusal(operation, **parameters)
    assert refused.code == "SerializationException"
    assert refused.message == message


def test_members_that_aws_does_not_know_and_nulls_are_ignored(client: Client) -> None:
    client.table()
    client("PutItem", TableName="orders", Item=client.item(p="a"), Foo=[1], ReturnValues=None)
    assert client.get("orders", p="a") == client.item(p="a")


@pytest.mark.parametrize(
    ("operation", "parameters", "message"),
    [
        (
            "Scan",
            {"TableName": "abc", "Limit": 0},
            ONE
            + "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater "
            "than or equal to 1",
        ),
        (
            "Query",
            {"TableName": "abc", "Limit": 0},
            ONE + "Value at 'Limit' failed to satisfy constraint: Member must have value greater "
            "than or equal to 1",
        ),
        (
            "Scan",
            {"TableName": "abc", "Segment": 0, "TotalSegments": 1_000_001},
            ONE
            + "Value '1000001' at 'totalSegments' failed to satisfy constraint: Member must have "
            "value less than or equal to 1000000",
        ),
        (
            "Scan",
            {"TableName": "abc", "IndexName": "ab"},
            ONE + "Value 'ab' at 'indexName' failed to satisfy constraint: Member must have length "
            "greater than or equal to 3",
        ),
        (
            "ListTables",
            {"Limit": 101},
            ONE
            + "Value '101' at 'limit' failed to satisfy constraint: Member must have value less "
            "than or equal to 100",
        ),
        (
            "CreateTable",
            {"TableName": "abc", "AttributeDefinitions": []},
            ONE + NULL.format("keySchema"),
        ),
        (
            "CreateTable",
            {
                "TableName": "abc",
                "AttributeDefinitions": [None],
                "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}],
            },
            ONE + NULL.format("attributeDefinitions.1.member"),
        ),
        (
            "TransactGetItems",
            {"TransactItems": [{}]},
            ONE + NULL.format("transactItems.1.member.get"),
        ),
        (
            "CreateTable",
            {
                "TableName": "abc",
                "AttributeDefinitions": [],
                "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}] * 3,
            },
            ONE + "Value '[KeySchemaElement(attributeName=p, keyType=HASH), "
            "KeySchemaElement(attributeName=p, keyType=HASH), "
            "KeySchemaElement(attributeName=p, keyType=HASH)]' at 'keySchema' failed to satisfy "
            "constraint: Member must have length less than or equal to 2",
        ),
    ],
)
def test_a_broken_constraint_is_said_in_awss_words(
    client: Client, operation: str, parameters: dict[str, Any], message: str
) -> None:
    refused = client.refusal(operation, **parameters)
    assert refused.code == "ValidationException"
    assert refused.message == message


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("GetItem", {"Key": {"p": {"S": "a"}}}),
        ("PutItem", {"Item": {"p": {"S": "a"}}}),
        ("DeleteItem", {"Key": {"p": {"S": "a"}}}),
        ("UpdateItem", {"Key": {"p": {"S": "a"}}}),
        ("Scan", {}),
        (
            "Query",
            {"KeyConditionExpression": "p = :p", "ExpressionAttributeValues": {":p": {"S": "a"}}},
        ),
    ],
)
def test_expressions_are_read_before_the_table_is_looked_for(
    client: Client, operation: str, parameters: dict[str, Any]
) -> None:
    refused = client.refusal(operation, TableName="nowhere", **parameters)
    assert refused.code == "ResourceNotFoundException"
    assert refused.message == "Requested resource not found"
    kind = (
        "ProjectionExpression"
        if operation in ("GetItem", "Scan", "Query")
        else ("ConditionExpression")
    )
    refused = client.refusal(operation, TableName="nowhere", **parameters, **{kind: "a ="})
    assert refused.message.startswith(f"Invalid {kind}: ")


@pytest.mark.parametrize(
    ("operation", "expression", "older"),
    [
        ("PutItem", "ConditionExpression", "Expected"),
        ("DeleteItem", "ConditionExpression", "Expected"),
        ("UpdateItem", "UpdateExpression", "AttributeUpdates"),
        ("GetItem", "ProjectionExpression", "AttributesToGet"),
        ("Scan", "FilterExpression", "ScanFilter"),
        ("Query", "FilterExpression", "QueryFilter"),
        ("Query", "KeyConditionExpression", "KeyConditions"),
    ],
)
def test_expressions_and_what_they_replaced_exclude_each_other(
    client: Client, operation: str, expression: str, older: str
) -> None:
    key = {"Item" if operation == "PutItem" else "Key": client.item(p="a")}
    given = ["a"] if older == "AttributesToGet" else {}
    refused = client.refusal(
        operation, TableName="orders", **key, **{expression: "a = :v", older: given}
    )
    assert refused.message == (
        "Can not use both expression and non-expression parameters in the same request: "
        f"Non-expression parameters: {{{older}}} Expression parameters: {{{expression}}}"
    )


def test_placeholders_need_an_expression(client: Client) -> None:
    call = {"TableName": "orders", "Key": client.item(p="a")}
    refused = client.refusal("GetItem", **call, ExpressionAttributeNames={"#a": "a"})
    assert refused.message == (
        "ExpressionAttributeNames can only be specified when using expressions"
    )
    refused = client.refusal("DeleteItem", **call, ExpressionAttributeValues=client.values(a=1))
    assert refused.message == (
        "ExpressionAttributeValues can only be specified when using expressions: "
        "ConditionExpression is null"
    )
    refused = client.refusal("UpdateItem", **call, ExpressionAttributeValues=client.values(a=1))
    assert refused.message == (
        "ExpressionAttributeValues can only be specified when using expressions: "
        "UpdateExpression and ConditionExpression are null"
    )


def test_the_engines_own_fault_is_told_as_such(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.table()
    monkeypatch.setattr(client.engine.store, "get", lambda *_: 1 / 0)
    answer = client.engine.handle("Scan", b'{"TableName":"orders"}', "1", "eu-west-1")
    assert answer.status == 500
    assert json.loads(answer.body)["__type"].endswith("#InternalServerError")


def test_a_message_that_would_show_a_value_too_deep_to_show_is_no_fault(client: Client) -> None:
    deep = b'{"L":[' * 1500 + b'{"S":"x"}' + b"]}" * 1500
    put = b'{"PutRequest":{"Item":{"p":' + deep + b"}}}"
    body = b'{"RequestItems":{"orders":[' + b",".join([put] * 26) + b"]}}"
    assert client.engine.handle("BatchWriteItem", body).status == 400


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity"])
def test_what_only_python_takes_for_json_is_none(client: Client, constant: bytes) -> None:
    client.table()
    body = b'{"TableName":"orders","Item":{"p":{"S":"a"}},"Unknown":%b}' % constant
    answer = client.engine.handle("PutItem", body, client.account, "eu-west-1")
    assert json.loads(answer.body)["__type"].endswith("#SerializationException")

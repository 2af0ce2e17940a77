"""PutItem, GetItem, UpdateItem and DeleteItem."""

from typing import Any

import pytest

Client = Any
INVALID = "One or more parameter values were invalid: "
NO_MATCH = "The provided key element does not match the schema"
FAILED = "The conditional request failed"


@pytest.fixture
def table(client: Client) -> str:
    return client.table("orders", "p s:N")


def test_numbers_of_one_value_are_one_key(client: Client, table: str) -> None:
    client.put(table, p="a", s=10, v="first")
    client("PutItem", TableName=table, Item=client.item(p="a", s={"N": "1e1"}, v="second"))
    assert client.get(table, p="a", s={"N": "10.0"}) == client.item(p="a", s=10, v="second")
    assert client("Scan", TableName=table)["Count"] == 1


@pytest.mark.parametrize("operation", ["GetItem", "DeleteItem", "UpdateItem"])
@pytest.mark.parametrize(
    "key", [{}, {"p": "a"}, {"p": "a", "s": "1"}, {"p": 1, "s": 1}, {"p": "a", "s": 1, "x": 1}]
)
def test_a_key_has_exactly_the_attributes_of_the_tables_key(
    client: Client, table: str, operation: str, key: dict[str, Any]
) -> None:
    refused = client.refusal(operation, TableName=table, Key=client.item(**key))
    assert refused.message == NO_MATCH


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"p": "a"}, f"{INVALID}Missing the key s in the item"),
        ({"s": 1}, f"{INVALID}Missing the key p in the item"),
        ({"p": "a", "s": "b"}, f"{INVALID}Type mismatch for key s expected: N actual: S"),
        (
            {"p": "", "s": 1},
            "One or more parameter values are not valid. The AttributeValue for a "
            "key attribute cannot contain an empty string value. Key: p",
        ),
        (
            {"p": "a" * 2049, "s": 1},
            f"{INVALID}Aggregated size of all hash keys has exceeded the size limit of 2048 bytes",
        ),
        (
            {"p": "ä" * 1025, "s": 1},
            f"{INVALID}Aggregated size of all hash keys has exceeded the size limit of 2048 bytes",
        ),
    ],
)
def test_an_item_without_a_good_key_is_not_put(
    client: Client, table: str, item: dict[str, Any], message: str
) -> None:
    refused = client.refusal("PutItem", TableName=table, Item=client.item(**item))
    assert refused.message == message
    assert client("Scan", TableName=table)["Count"] == 0


def test_a_key_may_be_as_long_as_its_limit(client: Client) -> None:
    client.table("texts", "p s")
    client.put("texts", p="a" * 2048, s="b" * 1024)
    refused = client.refusal("PutItem", TableName="texts", Item=client.item(p="a", s="b" * 1025))
    assert refused.message == (
        f"{INVALID}Aggregated size of all range keys has exceeded the size limit of 1024 bytes"
    )
    client.table("bytes", "p:B")
    client("PutItem", TableName="bytes", Item={"p": {"B": "AAAA" * 682}})
    refused = client.refusal("PutItem", TableName="bytes", Item={"p": {"B": "AAAA" * 683}})
    assert "2048 bytes" in refused.message
    refused = client.refusal("PutItem", TableName="bytes", Item={"p": {"B": ""}})
    assert refused.message.endswith("cannot contain an empty binary value. Key: p")


def test_an_item_has_400_kilobytes_at_most(client: Client, table: str) -> None:
    room = 400 * 1024 - len("p") - len("a") - len("s") - 2 - len("v")
    client.put(table, p="a", s=1, v="x" * room)
    refused = client.refusal(
        "PutItem", TableName=table, Item=client.item(p="a", s=1, v="x" * (room + 1))
    )
    assert refused.message == "Item size has exceeded the maximum allowed size"
    refused = client.refusal(
        "UpdateItem",
        TableName=table,
        Key=client.item(p="a", s=1),
        UpdateExpression="SET w = :w",
        ExpressionAttributeValues=client.values(w="x"),
    )
    assert refused.message == "Item size to update has exceeded the maximum allowed size"
    found = client.get(table, p="a", s=1)
    assert found is not None
    assert "w" not in found


def test_a_size_is_kept_right_through_updates(client: Client, table: str) -> None:
    key = client.item(p="a", s=1)
    for text in ("SET a = :v, b = :v", "REMOVE a", "SET b = :v, c.d = :v"):
        client.put(table, p="a", s=1, b="x", c={"M": {}}, a="y")
        client(
            "UpdateItem",
            TableName=table,
            Key=key,
            UpdateExpression=text,
            **({"ExpressionAttributeValues": client.values(v="äöü")} if ":v" in text else {}),
        )
        entry = next(
            iter(client.engine.store.get(client.account, "eu-west-1", table).entries.values())
        )
        assert entry.size == type(entry).of(entry.item()).size


@pytest.mark.parametrize("operation", ["PutItem", "DeleteItem"])
def test_put_and_delete_return_the_old_item_or_nothing(
    client: Client, table: str, operation: str
) -> None:
    member = "Item" if operation == "PutItem" else "Key"
    call = {"TableName": table, member: client.item(p="a", s=1)}
    assert client(operation, **call, ReturnValues="ALL_OLD") == {}
    client.put(table, p="a", s=1, v="old")
    answer = client(operation, **call, ReturnValues="ALL_OLD")
    assert answer == {"Attributes": client.item(p="a", s=1, v="old")}
    client.put(table, p="a", s=1, v="old")
    assert client(operation, **call) == {}
    refused = client.refusal(operation, **call, ReturnValues="ALL_NEW")
    assert refused.message == "ReturnValues can only be ALL_OLD or NONE"


@pytest.mark.parametrize(
    ("wanted", "attributes"),
    [
        ("NONE", None),
        ("ALL_OLD", {"p": "a", "s": 1, "n": 1, "o": "x"}),
        ("ALL_NEW", {"p": "a", "s": 1, "n": 2, "o": "x", "new": "y"}),
        ("UPDATED_OLD", {"n": 1}),
        ("UPDATED_NEW", {"n": 2, "new": "y"}),
    ],
)
def test_an_update_returns_what_is_asked_for(
    client: Client, table: str, wanted: str, attributes: dict[str, Any] | None
) -> None:
    client.put(table, p="a", s=1, n=1, o="x")
    answer = client(
        "UpdateItem",
        TableName=table,
        Key=client.item(p="a", s=1),
        UpdateExpression="SET n = n + :one, #new = :y",
        ExpressionAttributeNames={"#new": "new"},
        ExpressionAttributeValues=client.values(one=1, y="y"),
        ReturnValues=wanted,
    )
    assert answer == ({} if attributes is None else {"Attributes": client.item(**attributes)})


def test_an_update_returns_only_the_named_part_of_a_map(client: Client, table: str) -> None:
    client.put(table, p="a", s=1, m={"M": client.item(x=1, y=2)})
    call = {"TableName": table, "Key": client.item(p="a", s=1), "ReturnValues": "UPDATED_NEW"}
    answer = client(
        "UpdateItem",
        **call,
        UpdateExpression="SET m.x = :v",
        ExpressionAttributeValues=client.values(v=5),
    )
    assert answer == {"Attributes": {"m": {"M": {"x": {"N": "5"}}}}}
    assert client("UpdateItem", **call, UpdateExpression="REMOVE m.y") == {}


def test_an_update_of_nothing_makes_an_item_of_its_key(client: Client, table: str) -> None:
    call = {"TableName": table, "Key": client.item(p="a", s=1)}
    assert client("UpdateItem", **call, ReturnValues="ALL_OLD") == {}
    assert client.get(table, p="a", s=1) == client.item(p="a", s=1)
    answer = client(
        "UpdateItem",
        TableName=table,
        Key=client.item(p="b", s=1),
        UpdateExpression="SET v = :v",
        ExpressionAttributeValues=client.values(v=1),
        ReturnValues="ALL_NEW",
    )
    assert answer == {"Attributes": client.item(p="b", s=1, v=1)}


def test_a_key_cannot_be_updated_and_is_checked_first(client: Client, table: str) -> None:
    update = {"UpdateExpression": "SET s = :s", "ExpressionAttributeValues": client.values(s=1)}
    refused = client.refusal("UpdateItem", TableName=table, Key=client.item(p="a", s=1), **update)
    assert refused.message == (
        f"{INVALID}Cannot update attribute s. This attribute is part of the key"
    )
    refused = client.refusal("UpdateItem", TableName=table, Key=client.item(p="a"), **update)
    assert refused.message == NO_MATCH
    refused = client.refusal(
        "UpdateItem",
        TableName=table,
        Key=client.item(p="a", s=1),
        AttributeUpdates={"s": {"Value": {"N": "2"}, "Action": "PUT"}},
    )
    assert "Cannot update attribute s" in refused.message


@pytest.mark.parametrize("operation", ["PutItem", "UpdateItem", "DeleteItem"])
def test_a_false_condition_changes_nothing_and_may_show_the_item(
    client: Client, table: str, operation: str, changes: list[Any]
) -> None:
    client.put(table, p="a", s=1, v="old")
    changes.clear()
    call: dict[str, Any] = {
        "TableName": table,
        "ConditionExpression": "v = :w",
        "ExpressionAttributeValues": client.values(w="wrong"),
    }
    if operation == "PutItem":
        call["Item"] = client.item(p="a", s=1, v="new")
    else:
        call["Key"] = client.item(p="a", s=1)
    if operation == "UpdateItem":
        call["UpdateExpression"] = "SET v = :w"
    refused = client.refusal(operation, **call)
    assert refused.type == ("com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException")
    assert refused.message == FAILED
    assert "Item" not in refused.body
    refused = client.refusal(operation, **call, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert refused.body["Item"] == client.item(p="a", s=1, v="old")
    assert client.get(table, p="a", s=1) == client.item(p="a", s=1, v="old")
    assert changes == []


def test_a_condition_on_a_missing_item_sees_no_attributes(client: Client, table: str) -> None:
    call = {"TableName": table, "Key": client.item(p="a", s=1)}
    refused = client.refusal(
        "DeleteItem",
        **call,
        ConditionExpression="attribute_exists(p)",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    assert refused.message == FAILED
    assert "Item" not in refused.body
    assert client("DeleteItem", **call, ConditionExpression="attribute_not_exists(p)") == {}


def test_older_parameters_do_what_expressions_do(client: Client, table: str) -> None:
    client.put(table, p="a", s=1, n=1)
    key = client.item(p="a", s=1)
    client(
        "UpdateItem",
        TableName=table,
        Key=key,
        Expected={"n": {"Value": {"N": "1"}}},
        AttributeUpdates={"n": {"Action": "ADD", "Value": {"N": "2"}}},
    )
    refused = client.refusal(
        "PutItem", TableName=table, Item=key, Expected={"p": {"Exists": False}}
    )
    assert refused.message == FAILED
    answer = client("GetItem", TableName=table, Key=key, AttributesToGet=["n"])
    assert answer == {"Item": client.item(n=3)}


def test_a_projection_takes_parts_of_an_item(client: Client, table: str) -> None:
    client.put(table, p="a", s=1, m={"M": client.item(x=1, y=2)}, size="big")
    answer = client(
        "GetItem",
        TableName=table,
        Key=client.item(p="a", s=1),
        ProjectionExpression="m.x, #s",
        ExpressionAttributeNames={"#s": "size"},
    )
    assert answer == {"Item": {"m": {"M": {"x": {"N": "1"}}}, "size": {"S": "big"}}}


def test_a_table_may_be_named_by_its_arn(client: Client, table: str) -> None:
    client.put(table, p="a", s=1)
    arn = f"arn:aws:dynamodb:eu-west-1:{client.account}:table/{table}"
    assert client.get(arn, p="a", s=1) is not None
    for other in (arn.replace("eu-west-1", "us-east-1"), arn.replace("111", "222"), arn + "x"):
        refused = client.refusal("GetItem", TableName=other, Key=client.item(p="a", s=1))
        assert refused.code == "ResourceNotFoundException"


def test_accounts_and_regions_have_tables_of_their_own(client: Client, table: str) -> None:
    client.put(table, p="a", s=1)
    other = type(client)(client.engine, "222222222222")
    assert other("ListTables") == {"TableNames": []}
    status, _, body = client.engine.handle("ListTables", b"{}", client.account, "us-east-1")
    assert (status, body) == (200, b'{"TableNames":[]}')


def test_texts_of_all_planes_come_back_as_they_went_in(client: Client, table: str) -> None:
    text = 'ä€😀\0"\\\n'
    client.put(table, p=text, s=1, v=text)
    assert client.get(table, p=text, s=1) == client.item(p=text, s=1, v=text)


@pytest.mark.parametrize(
    "update",
    [
        {"UpdateExpression": "REMOVE v"},
        {"UpdateExpression": "DELETE v :v", "ExpressionAttributeValues": {":v": {"SS": ["a"]}}},
        {"AttributeUpdates": {"v": {"Action": "DELETE"}}},
    ],
)
@pytest.mark.parametrize("wanted", ["NONE", "ALL_NEW", "UPDATED_NEW"])
def test_an_update_that_only_removes_makes_no_item(
    client: Client, table: str, update: dict[str, Any], wanted: str, changes: list[Any]
) -> None:
    key = client.item(p="a", s=1)
    answer = client("UpdateItem", TableName=table, Key=key, ReturnValues=wanted, **update)
    assert answer == {}
    assert client.get(table, p="a", s=1) is None
    assert changes == []


def test_an_operator_between_conditions_needs_conditions(client: Client, table: str) -> None:
    for operation, key in (("PutItem", "Item"), ("DeleteItem", "Key"), ("UpdateItem", "Key")):
        call = {"TableName": table, key: client.item(p="a", s=1), "ConditionalOperator": "OR"}
        refused = client.refusal(operation, **call)
        assert refused.message.startswith("ConditionalOperator")
    refused = client.refusal("Scan", TableName=table, ConditionalOperator="OR")
    assert refused.message.startswith("ConditionalOperator")

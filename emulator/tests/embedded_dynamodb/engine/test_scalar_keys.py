"""Attributes of keys are scalars: no path leads into one, and no update gives it another type."""

from typing import Any

import pytest

Client = Any
NO_PARTS = (
    "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
)
UNSUPPORTED = (
    "The update expression attempted to update the secondary index key to unsupported type"
)
KEY = {"p": {"S": "1"}}


@pytest.fixture
def table(client: Client) -> str:
    """Keys p; index keys g."""
    name: str = client.table(
        "things", "p", types={"g": "S"}, GlobalSecondaryIndexes=[client.index("by-g", "g")]
    )
    return name


@pytest.mark.parametrize(
    ("path", "key"),
    [("p.a", "Key: p"), ("#p[0]", "Key: p"), ("g.a.b", "IndexKey: g"), ("#g[1]", "IndexKey: g")],
)
@pytest.mark.parametrize("operation", ["GetItem", "BatchGetItem", "TransactGetItems", "Scan"])
def test_no_projection_leads_into_a_key(
    client: Client, table: str, operation: str, path: str, key: str
) -> None:
    part: dict[str, Any] = {"ProjectionExpression": path}
    if "#" in path:
        part["ExpressionAttributeNames"] = {path[:2]: path[1]}
    requests: dict[str, dict[str, Any]] = {
        "GetItem": {"TableName": table, "Key": KEY, **part},
        "BatchGetItem": {"RequestItems": {table: {"Keys": [KEY], **part}}},
        "TransactGetItems": {"TransactItems": [{"Get": {"TableName": table, "Key": KEY, **part}}]},
        "Scan": {"TableName": table, **part},
    }
    assert client.refusal(operation, **requests[operation]).message == NO_PARTS + key


@pytest.mark.parametrize(
    ("operation", "parameters", "key"),
    [
        ("PutItem", {"Item": KEY, "ConditionExpression": "p[0] = :v"}, "Key: p"),
        ("DeleteItem", {"Key": KEY, "ConditionExpression": "size(g.a) = :v"}, "IndexKey: g"),
        ("UpdateItem", {"Key": KEY, "ConditionExpression": "g[0] = :v"}, "IndexKey: g"),
        ("UpdateItem", {"Key": KEY, "UpdateExpression": "SET g.a = :v"}, "IndexKey: g"),
        ("UpdateItem", {"Key": KEY, "UpdateExpression": "SET a = p[0] + :v"}, "Key: p"),
        (
            "UpdateItem",
            {"Key": KEY, "UpdateExpression": "SET a = if_not_exists(g.b, :v)"},
            "IndexKey: g",
        ),
        ("Scan", {"FilterExpression": "a = :v OR p.b = :v"}, "Key: p"),
        ("Query", {"FilterExpression": "a = :v", "ProjectionExpression": "p.b"}, "Key: p"),
        ("Query", {"FilterExpression": "g[1] = :v"}, "IndexKey: g"),
    ],
)
def test_no_path_of_a_condition_or_an_update_leads_into_a_key(
    client: Client, table: str, operation: str, parameters: dict[str, Any], key: str
) -> None:
    if operation == "Query":
        parameters = {**parameters, "KeyConditionExpression": "p = :v"}
    value = "1" if operation == "Query" else 1
    refused = client.refusal(
        operation,
        TableName=table,
        ExpressionAttributeValues=client.values(v=value),
        **parameters,
    )
    assert refused.message == NO_PARTS + key


def test_a_path_into_another_attribute_is_fine(client: Client, table: str) -> None:
    client.put(table, p="1", a={"M": {"b": {"S": "x"}}})
    answer = client("GetItem", TableName=table, Key=KEY, ProjectionExpression="a.b, g")
    assert answer["Item"] == {"a": {"M": {"b": {"S": "x"}}}}


@pytest.mark.parametrize(
    ("update", "kind"),
    [
        ("SET g = :n", "N"),
        ("ADD g :n", "N"),
        ("SET g = a + :n", "N"),
        ("SET g = list_append(l, l), a.b = :n", "L"),
        ("SET a = g[1], g = a - :n", "N"),
    ],
)
def test_a_value_of_another_type_for_an_index_key_is_refused_before_the_item_is_read(
    client: Client, table: str, update: str, kind: str
) -> None:
    values = client.values(n=1) if ":n" in update else None
    refused = client.refusal(
        "UpdateItem",
        TableName=table,
        Key=KEY,
        UpdateExpression=update,
        ConditionExpression="attribute_exists(p)",
        ExpressionAttributeValues=values,
    )
    assert refused.message == (
        "One or more parameter values were invalid: Type mismatch for Index Key g Expected: S "
        f"Actual: {kind} IndexName: by-g"
    )


@pytest.mark.parametrize("update", ["SET g = a", "SET g = if_not_exists(b, a)"])
def test_a_value_of_another_type_from_the_item_is_refused_for_an_index_key(
    client: Client, table: str, update: str
) -> None:
    client.put(table, p="1", a=1, g="x")
    refused = client.refusal("UpdateItem", TableName=table, Key=KEY, UpdateExpression=update)
    assert refused.message == UNSUPPORTED
    assert client.get(table, p="1")["g"] == {"S": "x"}


@pytest.mark.parametrize(
    "update",
    [
        {"UpdateExpression": "SET h = :n, g = :n"},
        {"UpdateExpression": "SET h.a = :n ADD g :n"},
        {"AttributeUpdates": {"h": {"Value": {"N": "1"}}, "g": {"Value": {"N": "1"}}}},
    ],
)
def test_wrong_types_are_said_in_the_order_of_the_indexes(
    client: Client, update: dict[str, Any]
) -> None:
    indexes = [client.index("by-g", "g"), client.index("by-h", "h")]
    client.table("things", "p", types={"h": "S", "g": "S"}, GlobalSecondaryIndexes=indexes)
    if "UpdateExpression" in update:
        update = {**update, "ExpressionAttributeValues": client.values(n=1)}
    refused = client.refusal("UpdateItem", TableName="things", Key=KEY, **update)
    assert refused.message.endswith("Index Key g Expected: S Actual: N IndexName: by-g")

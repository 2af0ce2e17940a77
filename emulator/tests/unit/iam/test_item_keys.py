"""What fine-grained policies of DynamoDB depend on: attributes, and what is returned of them."""

from __future__ import annotations

from typing import Any

import pytest

from embedded_dynamodb.tables.keys import KeyAttribute, KeySchema
from localstack_host.services.iam import item_attributes, stored
from localstack_host.services.iam.required_permissions import Place, needs_of

PLACE = Place("us-east-2", "000000000000")
ORDERS = "arn:aws:dynamodb:us-east-2:000000000000:table/orders"
KEY = {"id": {"S": "a"}, "at": {"N": "1"}}
ALL, SPECIFIC = "ALL_ATTRIBUTES", "SPECIFIC_ATTRIBUTES"
PROJECTED = "ALL_PROJECTED_ATTRIBUTES"


def keys(operation: str, **params: Any) -> list[dict[str, tuple[str, ...]]]:
    return [
        item_attributes.of(operation, params, need)
        for need in needs_of("dynamodb", operation, params, PLACE)
    ]


@pytest.mark.parametrize(
    ("operation", "params", "attributes"),
    [
        ("GetItem", {"Key": KEY}, "id at"),
        ("GetItem", {"Key": KEY, "ProjectionExpression": "#n.b[0], c",
                     "ExpressionAttributeNames": {"#n": "a"}}, "id at a c"),
        ("GetItem", {"Key": KEY, "AttributesToGet": ["a"]}, "a id at"),
        ("PutItem", {"Item": {**KEY, "v": {"S": ""}}, "ConditionExpression": "NOT size(w) > :n"},
         "id at v w"),
        ("DeleteItem", {"Key": KEY, "Expected": {"v": {"Exists": False}}}, "v id at"),
        ("UpdateItem", {"Key": KEY, "UpdateExpression": "SET a.b = if_not_exists(c, :n) + d "
                        "REMOVE e ADD f :n DELETE g :s"}, "id at a c d e f g"),
        ("UpdateItem", {"Key": KEY, "AttributeUpdates": {"a": {"Action": "DELETE"}}}, "a id at"),
        ("Query", {"KeyConditionExpression": "id = :i", "FilterExpression": "a = :a OR b = c"},
         "a b c id"),
        ("Query", {"KeyConditions": {"id": {}}, "QueryFilter": {"a": {}}}, "id a"),
        ("Scan", {"ScanFilter": {"a": {}}}, "a"),
        ("Scan", {"FilterExpression": "no expression"}, ""),  # the engine says so
    ],
)  # fmt: skip
def test_the_attributes_of_a_request_are_all_that_it_names(
    operation: str, params: dict[str, Any], attributes: str
) -> None:
    (found,) = keys(operation, TableName="orders", **params)
    assert found.get("dynamodb:attributes", ()) == tuple(attributes.split())


def test_each_table_of_a_batch_and_each_action_of_a_transaction_has_its_own() -> None:
    asked = {"orders": {"Keys": [KEY], "ProjectionExpression": "a"}, ORDERS + "2": {"Keys": [KEY]}}
    orders, others = keys("BatchGetItem", RequestItems=asked)
    assert orders["dynamodb:attributes"] == ("id", "at", "a")
    assert (orders["dynamodb:select"], others["dynamodb:select"]) == ((SPECIFIC,), (ALL,))
    (written,) = keys("BatchWriteItem", RequestItems={"orders": [
        {"PutRequest": {"Item": {"id": {"S": "a"}, "v": {"S": ""}}}},
        {"DeleteRequest": {"Key": KEY}},
    ]})  # fmt: skip
    assert written["dynamodb:attributes"] == ("id", "v", "at")
    put, check = keys("TransactWriteItems", TransactItems=[
        {"Put": {"TableName": "orders", "Item": KEY}},
        {"ConditionCheck": {"TableName": "orders", "Key": {"id": {"S": "b"}},
                            "ConditionExpression": "attribute_exists(v)"}},
    ])  # fmt: skip
    assert put["dynamodb:attributes"] == ("id", "at")
    assert check["dynamodb:attributes"] == ("id", "v")
    assert check["dynamodb:enclosingoperation"] == ("TransactWriteItems",)


@pytest.mark.parametrize(
    ("operation", "params", "key", "value"),
    [
        ("GetItem", {"Key": KEY}, "select", ALL),
        ("GetItem", {"Key": KEY, "ProjectionExpression": "a"}, "select", SPECIFIC),
        ("Query", {"IndexName": "i"}, "select", PROJECTED),
        ("Scan", {"Select": "COUNT"}, "select", "COUNT"),
        ("PutItem", {"Item": KEY}, "select", ""),
        ("PutItem", {"Item": KEY, "ReturnValues": "ALL_OLD"}, "returnvalues", "ALL_OLD"),
        ("UpdateItem", {"Key": KEY}, "returnvalues", "NONE"),
        ("Scan", {"ReturnConsumedCapacity": "TOTAL"}, "returnconsumedcapacity", "TOTAL"),
    ],
)
def test_what_is_returned_has_a_value_also_if_the_request_does_not_say(
    operation: str, params: dict[str, Any], key: str, value: str
) -> None:
    (found,) = keys(operation, TableName="orders", **params)
    assert found.get(f"dynamodb:{key}", ("",)) == (value,)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = KeySchema((KeyAttribute("id", "S"),), (KeyAttribute("at", "N"),))
    place = (PLACE.account, PLACE.region, "orders")
    known = {(*place, None): schema, (*place, "open"): schema}
    monkeypatch.setattr(stored, "key_schema", lambda *named: known.get(named))


SELECT, UPDATE = "dynamodb:PartiQLSelect", "dynamodb:PartiQLUpdate"


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    ("statement", "action", "expected"),
    [
        ("SELECT * FROM orders WHERE id IN ['a', 'b']", SELECT,
         {"leadingkeys": ("a", "b"), "fulltablescan": ("false",), "select": (ALL,),
          "attributes": ("id",)}),
        (f"SELECT * FROM \"{ORDERS}\" WHERE id = 'a'", SELECT,
         {"leadingkeys": ("a",), "fulltablescan": ("false",), "select": (ALL,),
          "attributes": ("id",)}),
        ("SELECT v FROM orders WHERE at > 1", SELECT,
         {"fulltablescan": ("true",), "select": (SPECIFIC,), "attributes": ("v", "at")}),
        ("INSERT INTO orders VALUE {'id': 'a', 'at': 1, 'v': 2}", "dynamodb:PartiQLInsert",
         {"leadingkeys": ("a",), "attributes": ("id", "at", "v")}),
        ("UPDATE orders SET v = w + 1 WHERE id = 'a' AND at = 1 RETURNING ALL OLD *", UPDATE,
         {"leadingkeys": ("a",), "returnvalues": ("ALL_OLD",),
          "attributes": ("v", "w", "id", "at")}),
        ("UPDATE orders SET v = 1 WHERE id = 'a' AND at = 1 AND at > 'x'", UPDATE,
         {"leadingkeys": ("a",), "returnvalues": ("NONE",), "attributes": ("v", "id", "at")}),
        ("DELETE FROM orders WHERE id = 'a' AND at = 1", "dynamodb:PartiQLDelete",
         {"leadingkeys": ("a",), "returnvalues": ("NONE",), "attributes": ("id", "at")}),
    ],
)  # fmt: skip
def test_a_statement_requires_a_permission_of_its_own(
    statement: str, action: str, expected: dict[str, tuple[str, ...]]
) -> None:
    (need,) = needs_of("dynamodb", "ExecuteStatement", {"Statement": statement}, PLACE)
    assert (need.action, need.resource) == (action, ORDERS)
    found = {key: (*sorted(values),) for key, values in need.keys}
    assert found == {f"dynamodb:{key}": (*sorted(value),) for key, value in expected.items()}


@pytest.mark.usefixtures("table")
def test_batches_and_transactions_require_what_their_statements_do() -> None:
    texts = (
        'SELECT * FROM "orders"."open" WHERE id = ?',
        "no statement",
        "EXISTS (SELECT * FROM orders WHERE id = 'a' AND at = 1)",
    )
    statements = [
        {"Statement": text, "Parameters": [{"S": "b"}]} if "?" in text else {"Statement": text}
        for text in texts
    ]
    batch = needs_of("dynamodb", "BatchExecuteStatement", {"Statements": statements}, PLACE)
    together = needs_of("dynamodb", "ExecuteTransaction", {"TransactStatements": statements}, PLACE)
    expected = [(SELECT, f"{ORDERS}/index/open"), (SELECT, ORDERS)]
    for needs in (batch, together):
        assert [(need.action, need.resource) for need in needs] == expected
    assert dict(batch[0].keys)["dynamodb:leadingkeys"] == ("b",)
    enclosing = {dict(need.keys).get("dynamodb:enclosingoperation") for need in (*batch, *together)}
    assert enclosing == {None, ("ExecuteTransaction",)}


def test_mails_of_the_second_api_have_the_first_ones_actions() -> None:
    (need,) = needs_of("sesv2", "SendEmail", {"FromEmailAddress": "A <a@b.example>"}, PLACE)
    assert need.action == "ses:SendEmail"
    assert need.resource.endswith(":identity/a@b.example")
    assert [n.action for n in needs_of("sesv2", "GetAccount", {}, PLACE)] == ["ses:GetAccount"]

"""TransactWriteItems and TransactGetItems."""

from typing import Any

import pytest

Client = Any
NONE = {"Code": "None"}
FAILED = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
ONE = "1 validation error detected: "


@pytest.fixture
def table(client: Client) -> str:
    table = client.table("orders", "p s:N")
    client.put(table, p="a", s=1, n=5)
    return table


@pytest.fixture
def actions(client: Client, table: str) -> Any:
    """Actions on an item of the partition "a"."""

    class Actions:
        def put(self, s: int, **more: Any) -> Any:
            return {"Put": {"TableName": table, "Item": client.item(p="a", s=s), **more}}

        def key(self, kind: str, s: int, **more: Any) -> Any:
            return {kind: {"TableName": table, "Key": client.item(p="a", s=s), **more}}

        def add(self, s: int, n: Any, **more: Any) -> Any:
            return self.key(
                "Update",
                s,
                UpdateExpression="SET n = n + :n",
                ExpressionAttributeValues=client.values(n=n),
                **more,
            )

    return Actions()


def test_all_actions_are_applied(client: Client, table: str, actions: Any) -> None:
    client.put(table, p="a", s=3)
    answer = client(
        "TransactWriteItems",
        TransactItems=[
            actions.put(2),
            actions.add(1, 2),
            actions.key("Delete", 3),
            actions.key("ConditionCheck", 4, ConditionExpression="attribute_not_exists(p)"),
        ],
    )
    assert answer == {}
    assert client("Scan", TableName=table)["Items"] == [
        client.item(p="a", s=1, n=7),
        client.item(p="a", s=2),
    ]


def test_one_false_condition_cancels_all_and_each_action_has_a_reason(
    client: Client, table: str, actions: Any, changes: list[Any]
) -> None:
    refused = client.refusal(
        "TransactWriteItems",
        TransactItems=[
            actions.put(2),
            actions.add(
                1, 2, ConditionExpression="n > :n", ReturnValuesOnConditionCheckFailure="NONE"
            )
            | {},
            actions.key("Delete", 1, ConditionExpression="attribute_exists(p)"),
        ],
    )
    assert refused.message == "Transaction request cannot include multiple operations on one item"
    refused = client.refusal(
        "TransactWriteItems",
        TransactItems=[
            actions.put(2),
            actions.key(
                "Delete",
                1,
                ConditionExpression="n = p",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            ),
            actions.key("ConditionCheck", 3, ConditionExpression="attribute_exists(p)"),
        ],
    )
    assert refused.type == "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"
    assert refused.message == (
        "Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[None, ConditionalCheckFailed, ConditionalCheckFailed]"
    )
    old = client.item(p="a", s=1, n=5)
    assert refused.body["CancellationReasons"] == [NONE, {**FAILED, "Item": old}, FAILED]
    assert client("Scan", TableName=table)["Items"] == [old]
    assert changes == []


@pytest.mark.parametrize("operation", ["+", "set"])
def test_an_update_that_cannot_be_done_cancels_all(
    client: Client, table: str, actions: Any, changes: list[Any], operation: str
) -> None:
    wrong = actions.add(9, 1) if operation == "+" else actions.add(1, "text")
    refused = client.refusal("TransactWriteItems", TransactItems=[actions.put(2), wrong])
    if operation == "set":
        assert refused.code in ("TransactionCanceledException", "ValidationException")
    else:
        reason = refused.body["CancellationReasons"][1]
        assert reason == {
            "Code": "ValidationError",
            "Message": "The provided expression refers to an attribute that does not exist in "
            "the item",
        }
    assert client("Scan", TableName=table)["Count"] == 1
    assert changes == []


def test_a_key_of_a_wrong_type_cancels(client: Client, table: str) -> None:
    refused = client.refusal(
        "TransactWriteItems",
        TransactItems=[
            {"Put": {"TableName": table, "Item": client.item(p="a", s="x")}},
            {"Delete": {"TableName": table, "Key": client.item(p="a")}},
            {"Put": {"TableName": table, "Item": client.item(p="a", s=1)}},
        ],
    )
    assert refused.body["CancellationReasons"] == [
        {
            "Code": "ValidationError",
            "Message": "One or more parameter values were invalid: Type "
            "mismatch for key s expected: N actual: S",
        },
        {
            "Code": "ValidationError",
            "Message": "The provided key element does not match the schema",
        },
        NONE,
    ]


@pytest.mark.parametrize(
    ("items", "message"),
    [
        (
            [],
            ONE + "Value '[]' at 'transactItems' failed to satisfy constraint: Member must have "
            "length greater than or equal to 1",
        ),
        (
            [{}],
            ONE + "Value '' at 'transactItems' failed to satisfy constraint: "
            "TransactWriteRequest should contain Delete or Put or Update or "
            "ConditionCheck",
        ),
        (
            [{"ConditionCheck": {"TableName": "orders", "Key": {"p": {"S": "a"}}}}],
            ONE
            + "Value null at 'transactItems.1.member.conditionCheck.conditionExpression' failed "
            "to satisfy constraint: Member must not be null",
        ),
        (
            [{"Put": {"TableName": "or ders", "Item": {}}}],
            ONE + "Value 'or ders' at 'transactItems.1.member.put.tableName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
        ),
        (
            [
                {
                    "Put": {"TableName": "orders", "Item": {}},
                    "Delete": {"TableName": "orders", "Key": {}},
                }
            ],
            "TransactItems can only contain one of Check, Put, Update or Delete",
        ),
    ],
)
def test_a_transaction_that_cannot_be_read_is_refused(
    client: Client, table: str, items: list[Any], message: str
) -> None:
    assert client.refusal("TransactWriteItems", TransactItems=items).message == message


def test_a_transaction_has_a_hundred_actions_at_most(client: Client, actions: Any) -> None:
    client("TransactWriteItems", TransactItems=[actions.put(s) for s in range(100)])
    refused = client.refusal(
        "TransactWriteItems", TransactItems=[actions.put(s) for s in range(101)]
    )
    assert refused.message.startswith(ONE + "Value '[TransactWriteItem(put=")
    assert refused.message.endswith(
        "' at 'transactItems' failed to satisfy constraint: Member must have length less than or "
        "equal to 100"
    )


def test_a_transaction_writes_four_megabytes_at_most(client: Client, table: str) -> None:
    items = [
        {"Put": {"TableName": table, "Item": client.item(p="b", s=s, v="x" * 390_000)}}
        for s in range(11)
    ]
    refused = client.refusal("TransactWriteItems", TransactItems=items)
    assert refused.message == "Transaction request exceeds the 4MB transaction size limit"
    assert client("Scan", TableName=table)["Count"] == 1
    client("TransactWriteItems", TransactItems=items[:10])


def test_a_missing_table_is_the_requests_error(client: Client, actions: Any) -> None:
    for kind, member in (("Put", "Item"), ("Delete", "Key")):
        refused = client.refusal(
            "TransactWriteItems",
            TransactItems=[
                actions.put(2),
                {kind: {"TableName": "nowhere", member: client.item(p="a")}},
            ],
        )
        assert refused.code == "ResourceNotFoundException"
        assert refused.message == "Requested resource not found"


def test_a_repeated_token_changes_nothing_and_reads(
    client: Client, table: str, actions: Any, clock: Any
) -> None:
    call = {
        "TransactItems": [actions.add(1, 1)],
        "ClientRequestToken": "t" * 36,
        "ReturnConsumedCapacity": "TOTAL",
    }
    first = client("TransactWriteItems", **call)
    clock.now += 599
    second = client("TransactWriteItems", **call)
    assert client.get(table, p="a", s=1) == client.item(p="a", s=1, n=6)
    assert first["ConsumedCapacity"] == [
        {"TableName": table, "CapacityUnits": 2.0, "WriteCapacityUnits": 2.0}
    ]
    assert second["ConsumedCapacity"] == [
        {"TableName": table, "CapacityUnits": 2.0, "ReadCapacityUnits": 2.0}
    ]
    refused = client.refusal("TransactWriteItems", **call | {"TransactItems": [actions.put(2)]})
    assert refused.code == "IdempotentParameterMismatchException"
    clock.now += 1
    client("TransactWriteItems", **call)
    assert client.get(table, p="a", s=1) == client.item(p="a", s=1, n=7)


def test_a_token_of_a_cancelled_transaction_was_not_used(
    client: Client, table: str, actions: Any
) -> None:
    call = {
        "TransactItems": [actions.put(2, ConditionExpression="attribute_exists(n)")],
        "ClientRequestToken": "t",
    }
    assert client.refusal("TransactWriteItems", **call).code == "TransactionCanceledException"
    client.put(table, p="a", s=2, n=1)
    client("TransactWriteItems", **call)
    assert client.get(table, p="a", s=2) == client.item(p="a", s=2)


def test_a_token_belongs_to_an_account(client: Client, actions: Any) -> None:
    other = type(client)(client.engine, "222222222222")
    other.table("orders", "p s:N")
    for one in (client, other):
        one("TransactWriteItems", TransactItems=[actions.put(9)], ClientRequestToken="t")
        assert one.get("orders", p="a", s=9) is not None


def test_a_token_has_36_characters_at_most(client: Client, actions: Any) -> None:
    refused = client.refusal(
        "TransactWriteItems", TransactItems=[actions.put(2)], ClientRequestToken="t" * 37
    )
    assert refused.message == (
        ONE + "Value at 'ClientRequestToken' failed to satisfy constraint: Member must have "
        "length less than or equal to 36"
    )


def test_gets_are_answered_in_order_and_by_their_projections(client: Client, table: str) -> None:
    def get(s: int, **more: Any) -> dict[str, Any]:
        return {"Get": {"TableName": table, "Key": client.item(p="a", s=s), **more}}

    answer = client(
        "TransactGetItems",
        TransactItems=[
            get(2),
            get(1, ProjectionExpression="#n", ExpressionAttributeNames={"#n": "n"}),
        ],
    )
    assert answer == {"Responses": [{}, {"Item": {"n": {"N": "5"}}}]}
    answer = client("TransactGetItems", TransactItems=[get(1, ProjectionExpression="nothing")])
    assert answer == {"Responses": [{}]}
    refused = client.refusal("TransactGetItems", TransactItems=[get(1), get(1)])
    assert refused.message == "Transaction request cannot include multiple operations on one item"
    refused = client.refusal("TransactGetItems", TransactItems=[get(1, ProjectionExpression="!")])
    assert refused.code == "ValidationException"
    refused = client.refusal(
        "TransactGetItems", TransactItems=[get(1), {"Get": {"TableName": table, "Key": {}}}]
    )
    assert refused.body["CancellationReasons"] == [
        NONE,
        {
            "Code": "ValidationError",
            "Message": "The provided key element does not match the schema",
        },
    ]


def test_an_empty_key_is_the_requests_error(client: Client) -> None:
    table = client.table(
        "carts", types={"g": "S"}, GlobalSecondaryIndexes=[client.index("gsi", "g")]
    )
    empty = {"UpdateExpression": "SET g = :g", "ExpressionAttributeValues": client.values(g="")}
    for action in (
        {"Put": {"TableName": table, "Item": client.item(p="")}},
        {"Put": {"TableName": table, "Item": client.item(p="a", g="")}},
        {"Delete": {"TableName": table, "Key": client.item(p="")}},
        {"Update": {"TableName": table, "Key": client.item(p="a"), **empty}},
    ):
        refused = client.refusal("TransactWriteItems", TransactItems=[action])
        assert refused.code == "ValidationException"
        assert refused.message.startswith("One or more parameter values are not valid. ")

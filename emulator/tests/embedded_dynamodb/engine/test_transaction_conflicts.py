"""Requests for items of a transaction that is in progress.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
"""

from collections.abc import Callable
from typing import Any

import pytest

Client = Any
NONE = {"Code": "None"}
CONFLICT = {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}


@pytest.fixture
def busy(client: Client) -> Client:
    """A client whose transactions take a second, and a table with three items."""
    client.table("orders")
    for name in "abc":
        client.put("orders", p=name, n=0)
    client.engine.configure({"transaction_seconds": 1})
    return client


def key(name: str) -> dict[str, Any]:
    return {"TableName": "orders", "Key": {"p": {"S": name}}}


def addition(client: Client, name: str) -> dict[str, Any]:
    return key(name) | {
        "UpdateExpression": "SET n = n + :one",
        "ExpressionAttributeValues": client.values(one=1),
    }


def during(client: Client, work: Callable[[], Any], *names: str, **more: Any) -> Any:
    """What `work` answers while a transaction of these items is in progress."""
    found: list[Any] = []

    def sleep(seconds: float) -> None:
        assert seconds == 1
        client.engine.sleep = pytest.fail
        found.append(work())

    client.engine.sleep = sleep
    updates = [{"Update": addition(client, name)} for name in names]
    client("TransactWriteItems", TransactItems=updates, **more)
    client.engine.sleep = lambda _: None
    assert len(found) == 1
    return found[0]


WRITES: dict[str, Callable[[Client], Any]] = {
    "PutItem": lambda client: client.refusal(
        "PutItem", TableName="orders", Item=client.item(p="a")
    ),
    "UpdateItem": lambda client: client.refusal("UpdateItem", **addition(client, "a")),
    "DeleteItem": lambda client: client.refusal("DeleteItem", **key("a")),
    "ExecuteStatement": lambda client: client.refusal(
        "ExecuteStatement", Statement="UPDATE orders SET n = 7 WHERE p = 'a'"
    ),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_single_write_is_refused(
    busy: Client, reports: list[Any], write: Callable[[Client], Any]
) -> None:
    refused = during(busy, lambda: write(busy), "a")
    assert refused.code == "TransactionConflictException"
    assert refused.message == "Transaction is ongoing for the item"
    assert busy.get("orders", p="a") == busy.item(p="a", n=1)
    assert reports[0].transaction_conflicts == {"orders": 1}
    assert reports[1].transaction_conflicts == {}


def test_a_condition_that_is_false_does_not_hide_the_conflict(busy: Client) -> None:
    refused = during(
        busy,
        lambda: busy.refusal(
            "DeleteItem", **key("a"), ConditionExpression="attribute_not_exists(p)"
        ),
        "a",
    )
    assert refused.code == "TransactionConflictException"


def test_another_transaction_is_cancelled(busy: Client, reports: list[Any]) -> None:
    def transaction() -> Any:
        return busy.refusal(
            "TransactWriteItems",
            TransactItems=[
                {"Update": addition(busy, "c")},
                {"Update": addition(busy, "a")},
                {"ConditionCheck": key("b") | {"ConditionExpression": "attribute_exists(p)"}},
            ],
        )

    refused = during(busy, transaction, "a", "b")
    assert refused.code == "TransactionCanceledException"
    assert refused.body["CancellationReasons"] == [NONE, CONFLICT, CONFLICT]
    assert refused.message.endswith("[None, TransactionConflict, TransactionConflict]")
    assert busy.get("orders", p="c") == busy.item(p="c", n=0)
    assert reports[0].transaction_conflicts == {"orders": 2}


def test_an_item_that_is_only_checked_is_in_progress_too(busy: Client) -> None:
    found: list[Any] = []
    busy.engine.sleep = lambda _: found.append(busy.refusal("DeleteItem", **key("b")))
    check = {"ConditionCheck": key("b") | {"ConditionExpression": "attribute_exists(p)"}}
    busy("TransactWriteItems", TransactItems=[check])
    assert found[0].code == "TransactionConflictException"


def test_each_action_has_its_own_reason(busy: Client) -> None:
    failing = key("c") | {"ConditionExpression": "attribute_not_exists(p)"}
    refused = during(
        busy,
        lambda: busy.refusal(
            "TransactWriteItems",
            TransactItems=[{"Delete": key("a")}, {"Delete": failing}, {"Delete": key("b")}],
        ),
        "a",
    )
    reasons = [reason["Code"] for reason in refused.body["CancellationReasons"]]
    assert reasons == ["TransactionConflict", "ConditionalCheckFailed", "None"]


@pytest.mark.parametrize("kind", ["TransactGetItems", "ExecuteTransaction"])
def test_a_reading_transaction_is_cancelled(busy: Client, reports: list[Any], kind: str) -> None:
    requests: dict[str, Any] = {
        "TransactGetItems": {"TransactItems": [{"Get": key(name)} for name in "ba"]},
        "ExecuteTransaction": {
            "TransactStatements": [
                {"Statement": f"SELECT * FROM orders WHERE p = '{name}'"} for name in "ba"
            ]
        },
    }
    refused = during(busy, lambda: busy.refusal(kind, **requests[kind]), "a")
    assert refused.code == "TransactionCanceledException"
    assert refused.body["CancellationReasons"] == [NONE, CONFLICT]
    assert reports[0].transaction_conflicts == {"orders": 1}


def test_a_writing_transaction_of_statements_is_cancelled(busy: Client) -> None:
    statement = {"Statement": "UPDATE orders SET n = 9 WHERE p = 'a'"}
    refused = during(
        busy, lambda: busy.refusal("ExecuteTransaction", TransactStatements=[statement]), "a"
    )
    assert refused.body["CancellationReasons"] == [CONFLICT]


def test_single_reads_do_not_conflict(busy: Client) -> None:
    """Only reads in a transaction do: others see what is committed."""

    def reads() -> list[Any]:
        return [
            busy("GetItem", **key("a"), ConsistentRead=True)["Item"],
            *busy("Query", **_partition(busy, "a"))["Items"],
            *busy("BatchGetItem", RequestItems={"orders": {"Keys": [busy.item(p="a")]}})[
                "Responses"
            ]["orders"],
        ]

    assert during(busy, reads, "a", "b") == [busy.item(p="a", n=1)] * 3


def _partition(client: Client, name: str) -> dict[str, Any]:
    return {
        "TableName": "orders",
        "KeyConditionExpression": "p = :p",
        "ExpressionAttributeValues": client.values(p=name),
    }


def test_a_batch_leaves_the_item_unprocessed(busy: Client) -> None:
    """AWS documents no conflict of BatchWriteItem as a whole: its writes are each for itself."""
    requests = [{"PutRequest": {"Item": busy.item(p=name, n=5)}} for name in "acd"]
    answer = during(
        busy, lambda: busy("BatchWriteItem", RequestItems={"orders": requests}), "a", "b"
    )
    assert answer["UnprocessedItems"] == {"orders": requests[:1]}
    assert busy.get("orders", p="a") == busy.item(p="a", n=1)
    assert busy.get("orders", p="d") == busy.item(p="d", n=5)


def test_a_batch_of_statements_says_it_of_the_one(busy: Client) -> None:
    statements = [{"Statement": f"UPDATE orders SET n = 3 WHERE p = '{name}'"} for name in "ac"]
    responses = during(
        busy, lambda: busy("BatchExecuteStatement", Statements=statements)["Responses"], "a"
    )
    assert responses[0]["Error"] == {
        "Code": "TransactionConflict",
        "Message": "Transaction is ongoing for the item",
    }
    assert "Error" not in responses[1]


def test_another_item_does_not_conflict(busy: Client) -> None:
    busy.table("other")

    def others() -> None:
        busy("UpdateItem", **addition(busy, "b"))
        busy.put("other", p="a")

    during(busy, others, "a")
    assert busy.get("orders", p="b") == busy.item(p="b", n=1)
    assert busy.get("other", p="a") is not None


def test_who_waits_for_the_answer_does_not_conflict(busy: Client) -> None:
    busy.engine.sleep = lambda _: None
    for _ in range(3):
        busy("TransactWriteItems", TransactItems=[{"Update": addition(busy, "a")}])
        busy("UpdateItem", **addition(busy, "a"))
        assert busy("TransactGetItems", TransactItems=[{"Get": key("a")}])["Responses"]
    assert busy.get("orders", p="a") == busy.item(p="a", n=6)


def test_a_cancelled_transaction_keeps_nothing_busy(busy: Client) -> None:
    busy.engine.sleep = pytest.fail
    failing = key("a") | {"ConditionExpression": "attribute_not_exists(p)"}
    busy.refusal("TransactWriteItems", TransactItems=[{"Delete": failing}])
    busy("UpdateItem", **addition(busy, "a"))


def test_the_items_are_free_though_the_waiting_failed(busy: Client) -> None:
    def interrupted(_: float) -> None:
        raise ValueError

    busy.engine.sleep = interrupted
    body = b'{"TransactItems": [{"Delete": {"TableName": "orders", "Key": {"p": {"S": "a"}}}}]}'
    assert busy.engine.handle("TransactWriteItems", body, busy.account, "eu-west-1").status == 500
    busy.put("orders", p="a")


def test_a_token_in_progress_is_refused(busy: Client) -> None:
    """See <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>."""
    request = {
        "ClientRequestToken": "once",
        "TransactItems": [{"Update": addition(busy, "a")}],
    }
    refused = during(
        busy,
        lambda: busy.refusal("TransactWriteItems", **request),
        "a",
        ClientRequestToken="once",
    )
    assert refused.code == "TransactionInProgressException"
    assert busy("TransactWriteItems", **request) == {}
    assert busy.get("orders", p="a") == busy.item(p="a", n=1)


def test_nothing_conflicts_when_it_is_off(busy: Client) -> None:
    busy.engine.configure({"transaction_seconds": 0})
    busy.engine.sleep = pytest.fail
    busy("TransactWriteItems", TransactItems=[{"Update": addition(busy, "a")}])
    assert busy.get("orders", p="a") == busy.item(p="a", n=1)

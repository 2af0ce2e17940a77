"""Sixteen clients at once lose nothing and see nothing torn."""

import json
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier
from time import monotonic, sleep
from typing import Any

from embedded_dynamodb.engine import Engine

Client = Any
CLIENTS = 16
TURNS = 120
ACCOUNTS = 6
BALANCE = 100


def together(*work: Callable[[int], Any]) -> list[Any]:
    """Runs each of the functions in a thread of its own, from one moment on."""
    barrier = Barrier(len(work))

    def run(place: int) -> Any:
        barrier.wait()
        return work[place](place)

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(run, range(len(work))))


def call(client: Client, operation: str, **parameters: Any) -> tuple[int, dict[str, Any]]:
    """Status and answer; a fault of the engine is none."""
    status, _, body = client.engine.handle(
        operation, json.dumps(parameters).encode(), client.account, "eu-west-1"
    )
    assert status in (200, 400), body
    return status, json.loads(body)


def test_stock_is_never_sold_twice(client: Client, changes: list[Any]) -> None:
    table = client.table("stock")
    client.put(table, p="book", left=500)
    changes.clear()

    def buy(_: int) -> int:
        sold = 0
        for _ in range(TURNS):
            status, answer = call(
                client,
                "UpdateItem",
                TableName=table,
                Key=client.item(p="book"),
                UpdateExpression="SET #l = #l - :one",
                ConditionExpression="#l >= :one",
                ExpressionAttributeNames={"#l": "left"},
                ExpressionAttributeValues=client.values(one=1),
            )
            sold += status == 200
            assert status == 200 or answer["__type"].endswith("ConditionalCheckFailedException")
        return sold

    assert sum(together(*[buy] * CLIENTS)) == 500
    assert client.get(table, p="book") == client.item(p="book", left=0)
    # Each image is the next one's old image.
    images = [(change.old.item(), change.new.item()) for change in changes]
    assert len(images) == 500
    assert all(new == old for (_, new), (old, _) in pairwise(images))


def test_a_transfer_is_seen_whole_or_not_at_all(client: Client) -> None:
    table = client.table("accounts", "p s:N")
    for account in range(ACCOUNTS):
        client.put(table, p="all", s=account, balance=BALANCE)
    keys = [client.item(p="all", s=account) for account in range(ACCOUNTS)]

    def transfer(place: int) -> None:
        dice = random.Random(place)
        for _ in range(TURNS):
            source, target = dice.sample(keys, 2)
            amount = client.values(a=dice.randint(1, 30))
            status, answer = call(
                client,
                "TransactWriteItems",
                TransactItems=[
                    {
                        "Update": {
                            "TableName": table,
                            "Key": source,
                            "UpdateExpression": "SET balance = balance - :a",
                            "ConditionExpression": "balance >= :a",
                            "ExpressionAttributeValues": amount,
                        }
                    },
                    {
                        "Update": {
                            "TableName": table,
                            "Key": target,
                            "UpdateExpression": "SET balance = balance + :a",
                            "ExpressionAttributeValues": amount,
                        }
                    },
                ],
            )
            assert status == 200 or answer["__type"].endswith("TransactionCanceledException")

    def look(place: int) -> None:
        for _ in range(TURNS):
            if place % 3 == 0:
                items = call(client, "Scan", TableName=table)[1]["Items"]
            elif place % 3 == 1:
                items = call(
                    client,
                    "Query",
                    TableName=table,
                    KeyConditionExpression="p = :p",
                    ExpressionAttributeValues=client.values(p="all"),
                )[1]["Items"]
            else:
                gets = [{"Get": {"TableName": table, "Key": key}} for key in keys]
                responses = call(client, "TransactGetItems", TransactItems=gets)[1]["Responses"]
                items = [response["Item"] for response in responses]
            balances = [int(item["balance"]["N"]) for item in items]
            assert len(balances) == ACCOUNTS
            assert sum(balances) == ACCOUNTS * BALANCE
            assert min(balances) >= 0

    together(*[transfer] * 10, *[look] * 6)


RETRIED = ("TransactionConflictException", "ThrottlingException", "TransactionCanceledException")


def retried(client: Client, operation: str, **parameters: Any) -> dict[str, Any]:
    """The answer after as many attempts as it takes, as an SDK's client does it."""
    dice = random.Random(repr(parameters))
    deadline = monotonic() + 60
    while True:
        status, answer = call(client, operation, **parameters)
        if status == 200:
            return answer
        assert answer["__type"].endswith(RETRIED), answer
        for reason in answer.get("CancellationReasons", ()):
            assert reason["Code"] in ("None", "TransactionConflict", "ThrottlingError")
        assert monotonic() < deadline
        sleep(dice.random() * 0.005)


def test_nothing_is_lost_under_contention(client: Client) -> None:
    """With stale reads, throttling and transactions that take their time: clients try again."""
    client.engine = Engine()
    table = client.table("accounts", "p s:N")
    for account in range(ACCOUNTS):
        client.put(table, p="all", s=account, balance=BALANCE)
    client.engine.configure(
        {
            "stale_read_seconds": 0.01,
            "transaction_seconds": 0.002,
            "throttling": True,
            "partition_write_units": 400,
        }
    )
    reports: list[Any] = []
    client.engine.on_request.append(reports.append)
    keys = [client.item(p="all", s=account) for account in range(ACCOUNTS)]

    def update(key: Any, amount: int) -> dict[str, Any]:
        return {
            "TableName": table,
            "Key": key,
            "UpdateExpression": "SET balance = balance + :a",
            "ExpressionAttributeValues": client.values(a=amount),
        }

    def work(place: int) -> None:
        dice = random.Random(place)
        for _ in range(15):
            source, target = dice.sample(keys, 2)
            updates = [{"Update": update(source, -3)}, {"Update": update(target, 3)}]
            retried(client, "TransactWriteItems", TransactItems=updates)
            retried(client, "UpdateItem", **update(source, 1))
            gets = [{"Get": {"TableName": table, "Key": key}} for key in keys]
            retried(client, "TransactGetItems", TransactItems=gets)
            items = call(client, "Scan", TableName=table)[1]["Items"]
            total = sum(int(item["balance"]["N"]) for item in items)
            assert ACCOUNTS * BALANCE <= total <= ACCOUNTS * BALANCE + CLIENTS * 15

    together(*[work] * CLIENTS)
    assert any(report.transaction_conflicts for report in reports)
    items = retried(client, "Scan", TableName=table, ConsistentRead=True)["Items"]
    assert sum(int(item["balance"]["N"]) for item in items) == ACCOUNTS * BALANCE + CLIENTS * 15
    # Nothing stays in progress.
    retried(client, "UpdateItem", **update(keys[0], 1))


def test_one_token_is_applied_once(client: Client, changes: list[Any]) -> None:
    table = client.table("orders")
    client.put(table, p="order", n=0)
    changes.clear()

    def repeat(_: int) -> None:
        for turn in range(20):
            status, _ = call(
                client,
                "TransactWriteItems",
                ClientRequestToken=f"token {turn}",
                TransactItems=[
                    {
                        "Update": {
                            "TableName": table,
                            "Key": client.item(p="order"),
                            "UpdateExpression": "SET n = n + :one",
                            "ExpressionAttributeValues": client.values(one=1),
                        }
                    }
                ],
            )
            assert status == 200

    together(*[repeat] * CLIENTS)
    assert client.get(table, p="order") == client.item(p="order", n=20)
    assert len(changes) == 20


def test_tables_come_and_go_while_they_are_used(client: Client) -> None:
    def churn(place: int) -> None:
        for _ in range(20):
            client.table(f"table{place}")
            client.put(f"table{place}", p="a")
            client("DeleteTable", TableName=f"table{place}")

    def use(place: int) -> None:
        for _ in range(60):
            name = f"table{place % 4}"
            status, answer = call(client, "PutItem", TableName=name, Item=client.item(p="b"))
            assert status == 200 or answer["__type"].endswith("ResourceNotFoundException")
            call(client, "ListTables")

    together(*[churn] * 4, *[use] * 4)
    assert client("ListTables") == {"TableNames": []}

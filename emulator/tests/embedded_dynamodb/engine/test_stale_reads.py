"""Eventually consistent reads show the state of some time ago.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html
"""

import random
from collections.abc import Callable
from typing import Any

import pytest

Client = Any
DELAY = 2.0


@pytest.fixture
def stale(client: Client, clock: Any) -> Client:
    """A client of an engine whose reads are two seconds behind, and a table with indexes."""
    client.table(
        "orders",
        "p s:N",
        types={"g": "S", "r": "N"},
        GlobalSecondaryIndexes=[client.index("global", "g", "r")],
        LocalSecondaryIndexes=[client.index("local", "p", "r", projection="KEYS_ONLY")],
    )
    client.engine.configure({"stale_read_seconds": DELAY})
    client.put("orders", p="a", s=1, g="x", r=1, v="old")
    clock.now += 10
    return client


KEY = {"p": {"S": "a"}, "s": {"N": "1"}}
READS: dict[str, Callable[[Client, bool], list[Any]]] = {
    "GetItem": lambda client, consistent: [
        client("GetItem", TableName="orders", Key=KEY, ConsistentRead=consistent).get("Item")
    ],
    "BatchGetItem": lambda client, consistent: client(
        "BatchGetItem", RequestItems={"orders": {"Keys": [KEY], "ConsistentRead": consistent}}
    )["Responses"]["orders"],
    "Query": lambda client, consistent: client(
        "Query",
        TableName="orders",
        KeyConditionExpression="p = :p",
        ExpressionAttributeValues=client.values(p="a"),
        ConsistentRead=consistent,
    )["Items"],
    "Query of a local index": lambda client, consistent: client(
        "Query",
        TableName="orders",
        IndexName="local",
        Select="ALL_ATTRIBUTES",
        KeyConditionExpression="p = :p",
        ExpressionAttributeValues=client.values(p="a"),
        ConsistentRead=consistent,
    )["Items"],
    "Scan": lambda client, consistent: client(
        "Scan", TableName="orders", ConsistentRead=consistent
    )["Items"],
    "ExecuteStatement": lambda client, consistent: client(
        "ExecuteStatement",
        Statement="SELECT * FROM orders WHERE p = 'a'",
        ConsistentRead=consistent,
    )["Items"],
    "BatchExecuteStatement": lambda client, consistent: [
        one.get("Item")
        for one in client(
            "BatchExecuteStatement",
            Statements=[
                {
                    "Statement": "SELECT * FROM orders WHERE p = 'a' AND s = 1",
                    "ConsistentRead": consistent,
                }
            ],
        )["Responses"]
    ],
}
INDEX_READS: dict[str, Callable[[Client], list[Any]]] = {
    "Query": lambda client: client(
        "Query",
        TableName="orders",
        IndexName="global",
        KeyConditionExpression="g = :g",
        ExpressionAttributeValues=client.values(g="x"),
    )["Items"],
    "Scan": lambda client: client("Scan", TableName="orders", IndexName="global")["Items"],
    "ExecuteStatement": lambda client: client(
        "ExecuteStatement", Statement="SELECT * FROM orders.global WHERE g = 'x'"
    )["Items"],
}


def values(items: list[Any]) -> list[Any]:
    return [item["v"]["S"] for item in items if item]


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_read_shows_the_state_of_the_delay_ago_unless_it_is_strongly_consistent(
    stale: Client, clock: Any, read: Callable[[Client, bool], list[Any]]
) -> None:
    stale.put("orders", p="a", s=1, g="x", r=2, v="new")
    assert values(read(stale, True)) == ["new"]
    assert values(read(stale, False)) == ["old"]
    clock.now += DELAY - 0.001
    assert values(read(stale, False)) == ["old"]
    clock.now += 0.001
    assert values(read(stale, False)) == ["new"]


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_deleted_item_is_still_read_and_a_new_one_not_yet(
    stale: Client, clock: Any, read: Callable[[Client, bool], list[Any]]
) -> None:
    stale("DeleteItem", TableName="orders", Key=KEY)
    assert values(read(stale, True)) == []
    assert values(read(stale, False)) == ["old"]
    clock.now += DELAY
    assert values(read(stale, False)) == []
    stale.put("orders", p="a", s=1, g="x", r=1, v="again")
    assert values(read(stale, False)) == []
    assert values(read(stale, True)) == ["again"]


@pytest.mark.parametrize("read", INDEX_READS.values(), ids=INDEX_READS)
def test_a_global_index_follows_its_table_after_the_delay(
    stale: Client, clock: Any, read: Callable[[Client], list[Any]]
) -> None:
    """See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html>."""
    stale.put("orders", p="a", s=1, g="x", r=9, v="new")
    stale.put("orders", p="a", s=2, g="x", r=5, v="second")
    assert values(read(stale)) == ["old"]
    clock.now += DELAY
    assert values(read(stale)) == ["second", "new"]
    stale("DeleteItem", TableName="orders", Key=KEY)
    assert values(read(stale)) == ["second", "new"]
    clock.now += DELAY
    assert values(read(stale)) == ["second"]


def test_what_leaves_a_global_index_is_there_until_the_delay_is_over(
    stale: Client, clock: Any
) -> None:
    stale(
        "UpdateItem",
        TableName="orders",
        Key=KEY,
        UpdateExpression="SET g = :g",
        ExpressionAttributeValues=stale.values(g="y"),
    )
    assert values(INDEX_READS["Query"](stale)) == ["old"]
    clock.now += DELAY
    assert values(INDEX_READS["Query"](stale)) == []


def test_a_transaction_reads_the_latest_state(stale: Client) -> None:
    """TransactGetItems is serializable.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-isolation
    """
    stale.put("orders", p="a", s=1, v="new")
    get = {"Get": {"TableName": "orders", "Key": KEY}}
    responses = stale("TransactGetItems", TransactItems=[get])["Responses"]
    assert values([one["Item"] for one in responses]) == ["new"]
    statement = {"Statement": "SELECT * FROM orders WHERE p = 'a' AND s = 1"}
    responses = stale("ExecuteTransaction", TransactStatements=[statement])["Responses"]
    assert values([one["Item"] for one in responses]) == ["new"]


def test_a_condition_is_checked_against_the_latest_state(stale: Client) -> None:
    """Conditional writes are made on the latest item: only reads are eventually consistent.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html#WorkingWithItems.ConditionalUpdate
    """
    stale.put("orders", p="a", s=1, v="new")
    stale(
        "PutItem",
        TableName="orders",
        Item=stale.item(p="a", s=1, v="newer"),
        ConditionExpression="v = :v",
        ExpressionAttributeValues=stale.values(v="new"),
    )
    assert values(READS["GetItem"](stale, True)) == ["newer"]


def test_a_transaction_is_seen_whole(stale: Client, clock: Any) -> None:
    """What AWS does not promise to a Scan is so here: one moment is shown."""
    puts = [
        {"Put": {"TableName": "orders", "Item": stale.item(p="t", s=number, v="t", g="t", r=1)}}
        for number in range(3)
    ]
    stale("TransactWriteItems", TransactItems=puts)
    for _ in range(8):
        clock.now += DELAY / 4
        items = stale("Scan", TableName="orders")["Items"]
        by_index = stale("Scan", TableName="orders", IndexName="global")["Items"]
        assert values(items).count("t") == values(by_index).count("t")
        assert values(items).count("t") in (0, 3)
    assert values(items).count("t") == 3


def test_pages_of_a_stale_scan_and_backward_queries_are_in_order(stale: Client, clock: Any) -> None:
    for number in range(2, 12):
        stale.put("orders", p="a", s=number, v=str(number))
    clock.now += DELAY
    for number in range(3, 12, 3):
        stale("DeleteItem", TableName="orders", Key=stale.item(p="a", s=number))
    for number in range(20, 25):
        stale.put("orders", p="a", s=number, v=str(number))
    condition = {
        "KeyConditionExpression": "p = :p",
        "ExpressionAttributeValues": stale.values(p="a"),
    }
    found = stale.all("Query", TableName="orders", Limit=2, ScanIndexForward=False, **condition)
    assert values(found) == [str(number) for number in range(11, 1, -1)] + ["old"]
    assert len(stale.all("Scan", TableName="orders", Limit=3)) == 11


def test_stale_reads_are_the_states_that_there_were(client: Client, clock: Any) -> None:
    """Random writes: every later read is what a strongly consistent one was the delay before."""
    dice = random.Random(3)
    client.table(
        "table", "p s:N", types={"g": "N"}, GlobalSecondaryIndexes=[client.index("index", "g", "s")]
    )
    client.engine.configure({"stale_read_seconds": DELAY})
    states: list[tuple[float, Any]] = []

    def scan(**more: Any) -> Any:
        return client("Scan", TableName="table", **more)["Items"]

    for _ in range(400):
        clock.now += dice.choice((0.0, 0.1, 0.7))
        key = {"p": dice.choice("ab"), "s": dice.randrange(4)}
        if dice.random() < 0.3:
            client("DeleteItem", TableName="table", Key=client.item(**key))
        else:
            client.put("table", **key, g=dice.randrange(3), v=dice.randrange(1000))
        by_index = sorted((item for item in scan(ConsistentRead=True) if "g" in item), key=repr)
        states.append((clock.now, (scan(ConsistentRead=True), by_index)))
        then = [state for moment, state in states if moment <= clock.now - DELAY]
        table, index = then[-1] if then else ([], [])
        assert scan() == table
        assert sorted(scan(IndexName="index"), key=repr) == index


def test_nothing_is_kept_longer_than_it_is_needed(stale: Client, clock: Any) -> None:
    table = stale.engine.store.get(stale.account, "eu-west-1", "orders")
    for number in range(50):
        clock.now += DELAY
        stale.put("orders", p="a", s=number, g="x", r=number)
    sources = (table, *table.indexes.values())
    assert all(len(source.history.before) <= 2 for source in sources)
    clock.now += DELAY
    stale("Scan", TableName="orders")
    assert len(table.history.before) == 0
    stale.engine.configure({"stale_read_seconds": 0})
    assert all(source.history is None for source in sources)


def test_reads_are_strongly_consistent_when_it_is_off(stale: Client) -> None:
    stale.put("orders", p="a", s=1, v="new", g="x", r=1)
    assert values(READS["GetItem"](stale, False)) == ["old"]
    stale.engine.configure({"stale_read_seconds": 0})
    assert values(READS["GetItem"](stale, False)) == ["new"]
    stale.put("orders", p="a", s=1, v="newer", g="x", r=1)
    assert values(READS["Scan"](stale, False)) == ["newer"]
    assert values(INDEX_READS["Scan"](stale)) == ["newer"]


def test_the_time_to_live_is_seen_after_the_delay(stale: Client, clock: Any) -> None:
    stale(
        "UpdateTimeToLive",
        TableName="orders",
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"},
    )
    stale.put("orders", p="a", s=1, v="old", until=int(clock.now) - 1)
    clock.now += DELAY
    assert stale.engine.expire() == 1
    assert values(READS["GetItem"](stale, False)) == ["old"]
    assert READS["GetItem"](stale, True) == [None]

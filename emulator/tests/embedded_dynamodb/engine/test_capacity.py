"""Consumed capacity to the unit, and the metrics of item collections."""

from random import Random
from typing import Any

import pytest

Client = Any


@pytest.fixture
def table(client: Client) -> str:
    return client.table(
        "orders",
        "p s:N",
        types={"g": "S", "r": "N"},
        GlobalSecondaryIndexes=[
            client.index("keys", "g", projection="KEYS_ONLY"),
            client.index("all", "g"),
        ],
        LocalSecondaryIndexes=[client.index("local", "p", "r")],
    )


def units(answer: dict[str, Any]) -> dict[str, float]:
    """Units by table ("table") and index, and in all ("")."""
    consumed = answer["ConsumedCapacity"]
    found = {"": consumed["CapacityUnits"], "table": consumed["Table"]["CapacityUnits"]}
    for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        for name, one in consumed.get(member, {}).items():
            found[name] = one["CapacityUnits"]
    return found


def write(client: Client, operation: str, **more: Any) -> dict[str, float]:
    return units(client(operation, TableName="orders", ReturnConsumedCapacity="INDEXES", **more))


@pytest.mark.parametrize(("size", "wanted"), [(1, 1), (1024, 1), (1025, 2), (9 * 1024, 9)])
def test_a_write_costs_a_unit_for_each_kilobyte(client: Client, size: int, wanted: int) -> None:
    client.table("plain")
    text = "x" * (size - len("pav")) if size > 3 else ""
    answer = client(
        "PutItem",
        TableName="plain",
        Item=client.item(p="a", v=text),
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer["ConsumedCapacity"] == {"TableName": "plain", "CapacityUnits": float(wanted)}
    answer = client(
        "DeleteItem", TableName="plain", Key=client.item(p="a"), ReturnConsumedCapacity="TOTAL"
    )
    assert answer["ConsumedCapacity"]["CapacityUnits"] == wanted
    answer = client(
        "DeleteItem", TableName="plain", Key=client.item(p="a"), ReturnConsumedCapacity="TOTAL"
    )
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 1


@pytest.mark.parametrize(("size", "half"), [(5, 1), (4096, 1), (4097, 2), (9000, 3)])
def test_a_read_costs_half_a_unit_for_each_four_kilobytes_or_a_whole_one(
    client: Client, size: int, half: int
) -> None:
    client.table("plain")
    client.put("plain", p="a", v="x" * (size - 3))
    call = {"TableName": "plain", "Key": client.item(p="a"), "ReturnConsumedCapacity": "TOTAL"}
    answer = client("GetItem", **call)
    assert answer["ConsumedCapacity"]["CapacityUnits"] == half / 2
    answer = client("GetItem", **call, ConsistentRead=True, ProjectionExpression="p")
    assert answer["ConsumedCapacity"]["CapacityUnits"] == half
    answer = client("GetItem", **call | {"Key": client.item(p="none")})
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 0.5


def test_an_index_costs_when_its_part_of_the_item_changes(client: Client, table: str) -> None:
    key = {"Key": client.item(p="a", s=1)}
    put = {"Item": client.item(p="a", s=1, v="x")}
    assert write(client, "PutItem", **put) == {"": 1, "table": 1}
    put = {"Item": client.item(p="a", s=1, g="x", v="x")}
    assert write(client, "PutItem", **put) == {"": 3, "table": 1, "keys": 1, "all": 1}
    assert write(client, "PutItem", **put) == {"": 1, "table": 1}
    change = {"UpdateExpression": "SET v = :v", "ExpressionAttributeValues": client.values(v="y")}
    assert write(client, "UpdateItem", **key, **change) == {"": 2, "table": 1, "all": 1}
    move = {"UpdateExpression": "SET g = :v", "ExpressionAttributeValues": client.values(v="y")}
    assert write(client, "UpdateItem", **key, **move) == {"": 5, "table": 1, "keys": 2, "all": 2}
    assert write(client, "DeleteItem", **key) == {"": 3, "table": 1, "keys": 1, "all": 1}
    put = {"Item": client.item(p="a", s=1, r=1)}
    assert write(client, "PutItem", **put) == {"": 2, "table": 1, "local": 1}


@pytest.mark.parametrize("seed", range(10))
def test_an_index_of_all_attributes_costs_as_one_that_names_them(client: Client, seed: int) -> None:
    chance, names = Random(seed), ["v", "w"]
    indexes = [
        client.index("all", "g"),
        client.index("named", "g", projection="INCLUDE", others=names),
    ]
    client.table("orders", types={"g": "S"}, GlobalSecondaryIndexes=indexes)
    for _ in range(40):
        key = {"p": chance.choice("ab")}
        item = {name: "ü" * chance.randrange(1500) for name in names if chance.random() < 0.8}
        if chance.random() < 0.8:
            item["g"] = chance.choice("xy")
        if chance.random() < 0.2:
            consumed = write(client, "DeleteItem", Key=client.item(**key))
        else:
            consumed = write(client, "PutItem", Item=client.item(**key, **item))
        assert consumed.get("all") == consumed.get("named")


def test_a_query_costs_what_it_read_before_the_filter(client: Client, table: str) -> None:
    for s in range(4):
        client.put(table, p="a", s=s, r=1, v="x" * 2000)
    call = {
        "TableName": table,
        "KeyConditionExpression": "p = :p",
        "ReturnConsumedCapacity": "INDEXES",
    }
    values = client.values(p="a")
    answer = client("Query", **call, ExpressionAttributeValues=values)
    assert units(answer) == {"": 1.0, "table": 1.0}
    answer = client(
        "Query",
        **call,
        FilterExpression="v = :p",
        ConsistentRead=True,
        ExpressionAttributeValues=values,
    )
    assert answer["Count"] == 0
    assert units(answer) == {"": 2.0, "table": 2.0}
    answer = client("Query", **call, IndexName="local", ExpressionAttributeValues=values)
    assert units(answer) == {"": 1.0, "table": 0.0, "local": 1.0}
    answer = client("Query", **call, ExpressionAttributeValues=client.values(p="none"))
    assert units(answer) == {"": 0.5, "table": 0.5}


def test_batches_tell_the_units_of_each_table(client: Client, table: str) -> None:
    client.table("plain")
    write_requests = {
        table: [{"PutRequest": {"Item": client.item(p="a", s=s, g="x")}} for s in range(2)],
        "plain": [{"PutRequest": {"Item": client.item(p="b", v="x" * 1500)}}],
    }
    answer = client("BatchWriteItem", RequestItems=write_requests, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"] == [
        {"TableName": table, "CapacityUnits": 6.0},
        {"TableName": "plain", "CapacityUnits": 2.0},
    ]
    keys = {
        table: {"Keys": [client.item(p="a", s=s) for s in range(3)]},
        "plain": {"Keys": [client.item(p="b")], "ConsistentRead": True},
    }
    answer = client("BatchGetItem", RequestItems=keys, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"] == [
        {"TableName": table, "CapacityUnits": 1.5},
        {"TableName": "plain", "CapacityUnits": 1.0},
    ]


def test_transactions_cost_the_double(client: Client) -> None:
    client.table("plain")
    items = [
        {"Put": {"TableName": "plain", "Item": client.item(p=str(n), v="x" * 1500)}}
        for n in range(2)
    ]
    answer = client("TransactWriteItems", TransactItems=items, ReturnConsumedCapacity="INDEXES")
    assert answer["ConsumedCapacity"] == [
        {
            "TableName": "plain",
            "CapacityUnits": 8.0,
            "WriteCapacityUnits": 8.0,
            "Table": {"CapacityUnits": 8.0, "WriteCapacityUnits": 8.0},
        }
    ]
    gets = [{"Get": {"TableName": "plain", "Key": client.item(p=str(n))}} for n in range(3)]
    answer = client("TransactGetItems", TransactItems=gets, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"] == [
        {"TableName": "plain", "CapacityUnits": 6.0, "ReadCapacityUnits": 6.0}
    ]


def test_nothing_is_told_unasked(client: Client, table: str) -> None:
    key = client.item(p="a", s=1)
    for more in ({}, {"ReturnConsumedCapacity": "NONE"}):
        assert client("PutItem", TableName=table, Item=key, **more) == {}
        assert client("GetItem", TableName=table, Key=key, **more) == {"Item": key}
        assert client("UpdateItem", TableName=table, Key=key, **more) == {}
        items = [{"Put": {"TableName": table, "Item": key}}]
        assert client("TransactWriteItems", TransactItems=items, **more) == {}


def test_collections_are_measured_where_there_are_local_indexes(client: Client, table: str) -> None:
    metrics = {"ItemCollectionKey": client.item(p="a"), "SizeEstimateRangeGB": [0.0, 1.0]}
    key = client.item(p="a", s=1)
    asked = {"TableName": table, "ReturnItemCollectionMetrics": "SIZE"}
    for operation, member in (("PutItem", "Item"), ("UpdateItem", "Key"), ("DeleteItem", "Key")):
        answer = client(operation, **asked, **{member: key})
        assert answer == {"ItemCollectionMetrics": metrics}
    client("PutItem", TableName=table, Item=key)
    answer = client(
        "BatchWriteItem",
        ReturnItemCollectionMetrics="SIZE",
        RequestItems={
            table: [
                {"DeleteRequest": {"Key": key}},
                {"PutRequest": {"Item": client.item(p="a", s=2)}},
            ]
        },
    )
    assert answer["ItemCollectionMetrics"] == {table: [metrics]}
    client.table("plain")
    answer = client(
        "PutItem", TableName="plain", Item=client.item(p="a"), ReturnItemCollectionMetrics="SIZE"
    )
    assert answer == {}


def test_an_observer_learns_what_was_consumed_and_what_failed(
    client: Client, table: str, reports: list[Any]
) -> None:
    client.put(table, p="a", s=1, g="x")
    put = reports[-1]
    ((name, consumed),) = put.writes
    assert (put.operation, put.status, put.error_code, name) == ("PutItem", 200, None, table)
    assert (consumed.table, consumed.total) == (1.0, 3.0)
    client.refusal(
        "PutItem",
        TableName=table,
        Item=client.item(p="a", s=1),
        ConditionExpression="attribute_not_exists(p)",
    )
    failed = reports[-1]
    assert failed.error_code == "ConditionalCheckFailedException"
    assert failed.writes[0][1].table == 1.0
    client("Scan", TableName=table)
    scan = reports[-1]
    assert scan.reads[0][1].total == 0.5
    assert scan.returned_items == {table: 1}
    client.refusal("GetItem", TableName="nowhere", Key=client.item(p="a"))
    assert reports[-1].table_names == ("nowhere",)
    assert reports[-1].seconds >= 0

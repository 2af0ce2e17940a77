"""Time to live: what a sweep deletes, and what it leaves."""

import time
from typing import Any

import pytest

from embedded_dynamodb.engine import Engine
from embedded_dynamodb.server import Server
from tests.embedded_dynamodb.engine.conftest import Client as EngineClient

Client = Any
STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
ON = {"Enabled": True, "AttributeName": "expires"}
YEAR = 365 * 24 * 60 * 60


@pytest.fixture
def table(client: Client) -> str:
    name: str = client.table("orders", StreamSpecification=STREAM)
    client("UpdateTimeToLive", TableName=name, TimeToLiveSpecification=ON)
    return name


def test_an_item_is_there_until_the_sweep(client: Client, table: str, clock: Any) -> None:
    client.put(table, p="a", expires=int(clock.now) - 1)
    client.put(table, p="b", expires=int(clock.now) + 1)
    assert client.get(table, p="a") is not None
    assert client.engine.expire(clock.now) == 1
    assert client.get(table, p="a") is None
    assert client.get(table, p="b") is not None
    clock.now += 2
    assert client.engine.expire() == 1
    assert client("DescribeTable", TableName=table)["Table"]["ItemCount"] == 0


def test_a_deletion_by_the_sweep_has_a_record_of_the_service(
    client: Client, table: str, clock: Any
) -> None:
    client.put(table, p="a", expires=1)
    client.put(table, p="b", expires=int(clock.now) - 1)
    client.engine.expire()
    arn = client("DescribeTable", TableName=table)["Table"]["LatestStreamArn"]
    [shard] = client("DescribeStream", StreamArn=arn)["StreamDescription"]["Shards"]
    call = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = client("GetShardIterator", **call)["ShardIterator"]
    first, _, removed = client("GetRecords", ShardIterator=iterator)["Records"]
    assert "userIdentity" not in first
    assert removed["eventName"] == "REMOVE"
    assert removed["dynamodb"]["OldImage"]["p"] == {"S": "b"}
    assert removed["userIdentity"] == {
        "PrincipalId": "dynamodb.amazonaws.com",
        "Type": "Service",
    }


def test_only_a_number_that_has_passed_within_five_years_expires(
    client: Client, table: str, clock: Any
) -> None:
    now = int(clock.now)
    kept = {
        "none": {},
        "text": {"expires": {"S": str(now - 5)}},
        "list": {"expires": {"L": [{"N": str(now - 5)}]}},
        "set": {"expires": {"NS": [str(now - 5)]}},
        "nested": {"m": {"M": {"expires": {"N": str(now - 5)}}}},
        "old": {"expires": now - 5 * YEAR - 5},
        "milliseconds": {"expires": now * 1000},
        "now": {"expires": now},
        "huge": {"expires": "9" * 38 + "E80"},
    }
    kept["huge"] = {"expires": {"N": "9E125"}}
    for name, attributes in kept.items():
        client.put(table, p=name, **attributes)
    client.put(table, p="young", expires=now - 5 * YEAR + 5)
    assert client.engine.expire() == 1
    assert client("Scan", TableName=table)["Count"] == len(kept)


def test_nothing_expires_where_it_is_off(client: Client, table: str, clock: Any) -> None:
    client.table("plain")
    for name in (table, "plain"):
        client.put(name, p="a", expires=int(clock.now) - 5)
    client("UpdateTimeToLive", TableName=table, TimeToLiveSpecification=ON | {"Enabled": False})
    assert client.engine.expire() == 0


def test_a_large_table_is_swept_in_parts_with_its_indexes(client: Client, clock: Any) -> None:
    index = client.index("by-v", "v")
    client.table("many", GlobalSecondaryIndexes=[index], types={"v": "S"})
    client("UpdateTimeToLive", TableName="many", TimeToLiveSpecification=ON)
    for place in range(2100):
        client.put("many", p=str(place), v="x", expires=int(clock.now) - 5 + place % 2 * 100)
    assert client.engine.expire() == 1050
    described = client("DescribeTable", TableName="many")["Table"]
    assert described["ItemCount"] == 1050
    assert described["GlobalSecondaryIndexes"][0]["ItemCount"] == 1050


def test_the_server_sweeps() -> None:
    engine = Engine()
    client = EngineClient(engine)
    client.table("orders")
    client("UpdateTimeToLive", TableName="orders", TimeToLiveSpecification=ON)
    client.put("orders", p="a", expires=int(time.time()) - 5)
    server = Server(0, engine, sweep_interval=0.01)
    try:
        deadline = time.monotonic() + 10
        while client.get("orders", p="a") is not None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        server.server_close()

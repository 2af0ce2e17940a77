"""Everything that an engine holds is the same after it was saved and loaded into a new one."""

from __future__ import annotations

import dataclasses
import json
import pickle
from typing import Any

import pytest

from embedded_dynamodb.engine import Engine
from embedded_dynamodb.saved_state import tables
from embedded_dynamodb.streams import StreamLog
from embedded_dynamodb.tables.table import Table
from tests.embedded_dynamodb.engine.conftest import Client, Clock
from tests.embedded_dynamodb.engine.table_definitions import ON_DEMAND, keys, types

STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
INDEX = {
    "IndexName": "by-owner",
    "KeySchema": keys("owner"),
    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["n"]},
}
# What is not in the data, and why.
DERIVED = {"entries", "indexes", "schema", "stream", "undo"}  # in the data in another form
TRANSIENT = {"history", "buckets"}  # of simulated replicas and throughput


def moved(client: Client) -> Client:
    """A caller of a new engine with what was saved of another, as bytes."""
    with client.engine.lock:
        saved = pickle.dumps(client.engine.save())
    engine = Engine(clock=client.engine.clock, seed=2)
    engine.load(pickle.loads(saved))
    return Client(engine, client.account)


def create(client: Client, **more: Any) -> None:
    client(
        "CreateTable",
        TableName="orders",
        KeySchema=keys("id"),
        AttributeDefinitions=types("id", "owner"),
        GlobalSecondaryIndexes=[INDEX],
        **ON_DEMAND,
        **more,
    )


def put(client: Client, number: int, **more: Any) -> None:
    item = {"id": {"S": f"{number}"}, "owner": {"S": "anna"}, "n": {"N": f"{number}"}}
    client("PutItem", TableName="orders", Item={**item, **more})


def shards(client: Client, arn: str) -> list[dict[str, Any]]:
    found = client("DescribeStream", StreamArn=arn)["StreamDescription"]["Shards"]
    return list(found)


def records(client: Client, arn: str) -> list[dict[str, Any]]:
    iterator = client(
        "GetShardIterator",
        StreamArn=arn,
        ShardId=shards(client, arn)[0]["ShardId"],
        ShardIteratorType="TRIM_HORIZON",
    )["ShardIterator"]
    return list(client("GetRecords", ShardIterator=iterator)["Records"])


def test_tables_items_and_indexes_are_the_same(client: Client) -> None:
    create(client, Tags=[{"Key": "team", "Value": "shop"}])
    for number in range(30):
        put(client, number)
    client("DeleteItem", TableName="orders", Key={"id": {"S": "3"}})
    after = moved(client)
    wanted = {"TableName": "orders"}
    by_owner = wanted | {
        "IndexName": "by-owner",
        "KeyConditionExpression": "#o = :o",
        "ExpressionAttributeNames": {"#o": "owner"},
        "ExpressionAttributeValues": {":o": {"S": "anna"}},
    }
    assert after("Scan", **wanted) == client("Scan", **wanted)
    assert after("Query", **by_owner) == client("Query", **by_owner)
    assert after("DescribeTable", **wanted) == client("DescribeTable", **wanted)
    arn = client("DescribeTable", **wanted)["Table"]["TableArn"]
    assert after("ListTagsOfResource", ResourceArn=arn)["Tags"][0]["Key"] == "team"


def test_writes_after_a_load_follow_in_indexes(client: Client) -> None:
    create(client)
    put(client, 1)
    after = moved(client)
    put(after, 1, owner={"S": "ben"})
    scanned = after("Scan", TableName="orders", IndexName="by-owner")["Items"]
    assert [item["owner"] for item in scanned] == [{"S": "ben"}]


def test_streams_go_on_with_the_next_record(client: Client) -> None:
    create(client, StreamSpecification=STREAM)
    put(client, 1)
    put(client, 1, n={"N": "5"})
    arn = client("DescribeTable", TableName="orders")["Table"]["LatestStreamArn"]
    after = moved(client)
    assert records(after, arn) == records(client, arn)
    put(after, 2)
    numbers = [int(one["dynamodb"]["SequenceNumber"]) for one in records(after, arn)]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 3


def test_the_stream_of_a_deleted_table_can_still_be_read(client: Client) -> None:
    create(client, StreamSpecification=STREAM)
    put(client, 1)
    arn = client("DescribeTable", TableName="orders")["Table"]["LatestStreamArn"]
    client("DeleteTable", TableName="orders")
    assert records(moved(client), arn) == records(client, arn)


def test_a_transactions_token_holds(client: Client) -> None:
    create(client)
    item = {"id": {"S": "1"}, "n": {"N": "1"}}
    request = {
        "TransactItems": [{"Put": {"TableName": "orders", "Item": item}}],
        "ClientRequestToken": "once",
    }
    client("TransactWriteItems", **request)
    after = moved(client)
    after("DeleteItem", TableName="orders", Key={"id": {"S": "1"}})
    after("TransactWriteItems", **request)
    assert after("Scan", TableName="orders")["Count"] == 0
    other = {"TransactItems": [{"Put": {"TableName": "orders", "Item": item | {"x": {"S": ""}}}}]}
    refused = after.refusal("TransactWriteItems", **request | other)
    assert refused.code == "IdempotentParameterMismatchException"


def test_backups_and_points_in_time_are_there(client: Client, clock: Clock) -> None:
    create(client)
    client(
        "UpdateContinuousBackups",
        TableName="orders",
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )
    put(client, 1)
    backup = client("CreateBackup", TableName="orders", BackupName="before")["BackupDetails"]
    clock.now += 10
    moment = clock.now
    clock.now += 10
    put(client, 1, n={"N": "99"})
    after = moved(client)
    after("RestoreTableFromBackup", TargetTableName="copy", BackupArn=backup["BackupArn"])
    after(
        "RestoreTableToPointInTime",
        SourceTableName="orders",
        TargetTableName="past",
        RestoreDateTime=moment,
    )
    for name in ("copy", "past"):
        assert after("Scan", TableName=name)["Items"][0]["n"] == {"N": "1"}
    assert after("DescribeBackup", BackupArn=backup["BackupArn"]) == client(
        "DescribeBackup", BackupArn=backup["BackupArn"]
    )


def test_time_to_live_and_settings_hold(client: Client, clock: Clock) -> None:
    create(client)
    client(
        "UpdateTimeToLive",
        TableName="orders",
        TimeToLiveSpecification={"AttributeName": "until", "Enabled": True},
    )
    put(client, 1, until={"N": f"{int(clock.now) + 5}"})
    client.engine.configure({"stale_read_seconds": 2.0})
    after = moved(client)
    assert after.engine.settings.stale_read_seconds == 2.0
    assert after.engine.simulates
    clock.now += 60
    assert after.engine.expire() == 1


def test_accounts_stay_apart(client: Client) -> None:
    create(client)
    other = Client(client.engine, "222222222222")
    assert Client(moved(client).engine, other.account)("ListTables") == {"TableNames": []}


def test_the_data_is_plain(client: Client) -> None:
    create(client, StreamSpecification=STREAM)
    put(client, 1)
    with client.engine.lock:
        saved = client.engine.save()
    json.dumps(saved, default=bytes.hex)  # nothing but JSON's types, and bytes


def test_every_field_of_a_table_and_of_a_stream_is_saved_or_known() -> None:
    """A new field must be added to the data, or to this list."""
    saved = {*tables.PLAIN, *DERIVED, *TRANSIENT}
    assert {field.name for field in dataclasses.fields(Table)} == saved
    from embedded_dynamodb.saved_state import streams

    plain = {*streams._PLAIN, *streams._OTHER}
    assert {field.name for field in dataclasses.fields(StreamLog)} == plain


def test_every_attribute_of_an_engine_is_saved_or_known() -> None:
    """A new attribute must be saved, or be what a new engine has by itself."""
    saved = {"settings", "simulates", "store", "sequences", "tokens"}
    own = {"clock", "sleep", "random", "lock", "ongoing", "key_arn", "on_change", "on_request"}
    assert vars(Engine()).keys() == saved | own
    assert vars(Engine().store).keys() == {"clock", "spaces"}
    assert vars(Engine().tokens).keys() == {"used", "_until_sweep"}


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format is 2"):
        Engine().load({"format": 2})

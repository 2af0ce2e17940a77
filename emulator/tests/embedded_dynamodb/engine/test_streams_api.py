"""The DynamoDB Streams API: streams, shards, iterators and records."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedded_dynamodb.engine import Engine
from tests.embedded_dynamodb.engine.conftest import Client as EngineClient
from tests.embedded_dynamodb.engine.conftest import Clock

Client = Any
HOUR = 3600.0
DAY = 24 * HOUR
SPECIFICATION = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


def stream(client: Client, name: str = "orders", view: str = "NEW_AND_OLD_IMAGES") -> str:
    client.table(name, StreamSpecification={"StreamEnabled": True, "StreamViewType": view})
    arn: str = client("DescribeTable", TableName=name)["Table"]["LatestStreamArn"]
    return arn


def shards(client: Client, arn: str, **more: Any) -> list[Any]:
    found: list[Any] = client("DescribeStream", StreamArn=arn, **more)["StreamDescription"][
        "Shards"
    ]
    return found


def iterator(
    client: Client, arn: str, kind: str = "TRIM_HORIZON", *, shard: int = 0, **more: Any
) -> str:
    name = shards(client, arn)[shard]["ShardId"]
    found: str = client(
        "GetShardIterator", StreamArn=arn, ShardId=name, ShardIteratorType=kind, **more
    )["ShardIterator"]
    return found


def records(client: Client, start: str | None, **more: Any) -> list[Any]:
    """All records that are there now: an open shard ends at its first empty page."""
    found: list[Any] = []
    for _ in range(1000):
        if start is None:
            return found
        page = client("GetRecords", ShardIterator=start, **more)
        if not page["Records"] and "NextShardIterator" in page:
            return found
        found += page["Records"]
        start = page.get("NextShardIterator")
    raise AssertionError("The shard has no end")


def keys(found: list[Any]) -> list[str]:
    return [record["dynamodb"]["Keys"]["p"]["S"] for record in found]


def change_all_ways(client: Client) -> None:
    client.put("orders", p="a", v="x")
    client.put("orders", p="a", v="y")
    client("DeleteItem", TableName="orders", Key=client.item(p="a"))


def test_a_record_has_all_that_the_api_says(client: Client, clock: Clock) -> None:
    arn = stream(client)
    clock.now += 0.7
    change_all_ways(client)
    inserted, modified, removed = records(client, iterator(client, arn))
    body = inserted.pop("dynamodb")
    assert len(inserted.pop("eventID")) == 32
    assert inserted == {
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1",
    }
    assert 21 <= len(body.pop("SequenceNumber")) <= 40
    key, x, y = client.item(p="a"), client.item(p="a", v="x"), client.item(p="a", v="y")
    assert body == {
        "ApproximateCreationDateTime": 1_800_000_000,
        "Keys": key,
        "NewImage": x,
        "SizeBytes": 6,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    assert (modified["dynamodb"]["OldImage"], modified["dynamodb"]["NewImage"]) == (x, y)
    assert modified["dynamodb"]["SizeBytes"] == 10
    assert removed["dynamodb"]["OldImage"] == y
    assert "NewImage" not in removed["dynamodb"]
    assert [record["eventName"] for record in (inserted, modified, removed)] == [
        "INSERT",
        "MODIFY",
        "REMOVE",
    ]


@pytest.mark.parametrize(
    ("view", "images", "sizes"),
    [
        ("KEYS_ONLY", [set(), set(), set()], [2, 2, 2]),
        ("NEW_IMAGE", [{"NewImage"}, {"NewImage"}, set()], [6, 6, 2]),
        ("OLD_IMAGE", [set(), {"OldImage"}, {"OldImage"}], [2, 6, 6]),
        (
            "NEW_AND_OLD_IMAGES",
            [{"NewImage"}, {"NewImage", "OldImage"}, {"OldImage"}],
            [6, 10, 6],
        ),
    ],
)
def test_a_view_type_says_which_images_there_are(
    client: Client, view: str, images: list[set[str]], sizes: list[int]
) -> None:
    arn = stream(client, view=view)
    change_all_ways(client)
    bodies = [record["dynamodb"] for record in records(client, iterator(client, arn))]
    assert [body.keys() & {"NewImage", "OldImage"} for body in bodies] == images
    assert [body["SizeBytes"] for body in bodies] == sizes
    assert {body["StreamViewType"] for body in bodies} == {view}


def test_streams_are_listed_by_table_and_page(client: Client) -> None:
    arns = [stream(client, name) for name in ("orders", "carts", "stock")]
    client.table("plain")
    seen, more = [], {}
    for _ in range(4):
        page = client("ListStreams", Limit=1, **more)
        seen += page["Streams"]
        if "LastEvaluatedStreamArn" not in page:
            break
        more = {"ExclusiveStartStreamArn": page["LastEvaluatedStreamArn"]}
    assert [one["StreamArn"] for one in seen] == sorted(arns)
    [one] = client("ListStreams", TableName="carts")["Streams"]
    assert one == {
        "StreamArn": arns[1],
        "TableName": "carts",
        "StreamLabel": arns[1].rpartition("/")[2],
    }
    assert client("ListStreams", TableName="plain")["Streams"] == []
    assert EngineClient(client.engine, "222222222222")("ListStreams")["Streams"] == []


def test_a_stream_is_described_with_its_shards_page_by_page(client: Client, clock: Clock) -> None:
    arn = stream(client)
    for hour in range(3):
        clock.now += 4 * HOUR
        client.put("orders", p=str(hour))
    described = client("DescribeStream", StreamArn=arn, Limit=3)["StreamDescription"]
    assert described["StreamStatus"] == "ENABLED"
    assert described["TableName"] == "orders"
    assert described["KeySchema"] == [{"AttributeName": "p", "KeyType": "HASH"}]
    assert described["CreationRequestDateTime"] == 1_800_000_000
    last = described["LastEvaluatedShardId"]
    assert last == described["Shards"][2]["ShardId"]
    rest = client("DescribeStream", StreamArn=arn, ExclusiveStartShardId=last)
    assert len(rest["StreamDescription"]["Shards"]) == 1
    assert "LastEvaluatedShardId" not in rest["StreamDescription"]
    last = rest["StreamDescription"]["Shards"][0]["ShardId"]
    assert shards(client, arn, ExclusiveStartShardId=last) == []
    children = {"Type": "CHILD_SHARDS", "ShardId": described["Shards"][0]["ShardId"]}
    assert shards(client, arn, ShardFilter=children) == [described["Shards"][1]]


def test_a_shard_is_closed_after_four_hours_and_has_a_child(client: Client, clock: Clock) -> None:
    arn = stream(client)
    client.put("orders", p="a")
    first = iterator(client, arn)
    clock.now += 4 * HOUR
    client.put("orders", p="b")
    parent, child = shards(client, arn)
    assert "ParentShardId" not in parent
    assert child["ParentShardId"] == parent["ShardId"]
    ending = parent["SequenceNumberRange"]["EndingSequenceNumber"]
    starting = child["SequenceNumberRange"]["StartingSequenceNumber"]
    assert int(ending) < int(starting)
    assert "EndingSequenceNumber" not in child["SequenceNumberRange"]
    assert client.refusal("GetRecords", ShardIterator=first).code == "ExpiredIteratorException"
    page = client("GetRecords", ShardIterator=iterator(client, arn))
    assert keys(page["Records"]) == ["a"]
    assert "NextShardIterator" not in page
    assert records(client, iterator(client, arn, "LATEST")) == []
    assert keys(records(client, iterator(client, arn, shard=1))) == ["b"]


def test_each_type_of_iterator_begins_where_it_says(client: Client) -> None:
    arn = stream(client)
    start = shards(client, arn)[0]["SequenceNumberRange"]["StartingSequenceNumber"]
    before = iterator(client, arn, "AT_SEQUENCE_NUMBER", SequenceNumber=start)
    for name in "abc":
        client.put("orders", p=name)
    latest = iterator(client, arn, "LATEST")
    client.put("orders", p="d")
    found = records(client, iterator(client, arn))
    second = found[1]["dynamodb"]["SequenceNumber"]
    assert keys(found) == list("abcd")
    assert keys(records(client, before)) == list("abcd")
    assert keys(records(client, latest)) == ["d"]
    at = iterator(client, arn, "AT_SEQUENCE_NUMBER", SequenceNumber=second)
    assert keys(records(client, at)) == list("bcd")
    after = iterator(client, arn, "AFTER_SEQUENCE_NUMBER", SequenceNumber=second)
    assert keys(records(client, after)) == list("cd")
    assert keys(records(client, iterator(client, arn), Limit=1)) == list("abcd")


def test_a_page_of_records_has_a_thousand_and_a_megabyte_at_most(client: Client) -> None:
    arn = stream(client, view="NEW_IMAGE")
    for place in range(4):
        client.put("orders", p=str(place), v="x" * 390_000)
    page = client("GetRecords", ShardIterator=iterator(client, arn))
    assert len(page["Records"]) == 2
    for place in range(1001):
        client.put("orders", p=f"small{place}")
    page = client("GetRecords", ShardIterator=page["NextShardIterator"])
    assert len(page["Records"]) == 1000
    page = client("GetRecords", ShardIterator=page["NextShardIterator"])
    assert len(page["Records"]) == 3


def test_an_iterator_expires_after_fifteen_minutes(client: Client, clock: Clock) -> None:
    arn = stream(client)
    start = iterator(client, arn)
    clock.now += 15 * 60
    following = client("GetRecords", ShardIterator=start)["NextShardIterator"]
    clock.now += 1
    refused = client.refusal("GetRecords", ShardIterator=start)
    assert refused.code == "ExpiredIteratorException"
    client("GetRecords", ShardIterator=following)


def test_records_are_trimmed_after_a_day(client: Client, clock: Clock) -> None:
    arn = stream(client)
    client.put("orders", p="a")
    number = records(client, iterator(client, arn))[0]["dynamodb"]["SequenceNumber"]
    clock.now += DAY - 60
    client.put("orders", p="b")
    oldest = iterator(client, arn)
    clock.now += 120
    assert client.refusal("GetRecords", ShardIterator=oldest).code == "TrimmedDataAccessException"
    refused = client.refusal(
        "GetShardIterator",
        StreamArn=arn,
        ShardId=shards(client, arn)[0]["ShardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=number,
    )
    assert refused.code == "TrimmedDataAccessException"
    assert records(client, iterator(client, arn)) == []
    assert keys(records(client, iterator(client, arn, shard=1))) == ["b"]
    clock.now += DAY
    client.put("orders", p="c")
    assert "ParentShardId" in shards(client, arn)[0]


def test_an_idle_stream_is_trimmed_after_a_day(client: Client, clock: Clock) -> None:
    """See <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html>."""
    arn = stream(client)
    client.put("orders", p="a")
    client.table("gone", StreamSpecification=SPECIFICATION)
    client("DeleteTable", TableName="gone")
    space = client.engine.store.space(client.account, "eu-west-1")
    clock.now += DAY
    client.engine.expire()
    assert len(space.streams[arn].records) == 1
    clock.now += 1
    client.engine.expire()
    assert len(space.streams[arn].records) == 0
    assert list(space.streams) == [arn]


def test_a_stream_that_is_switched_off_can_be_read_for_a_day(client: Client, clock: Clock) -> None:
    arn = stream(client)
    client.put("orders", p="a")
    client("UpdateTable", TableName="orders", StreamSpecification={"StreamEnabled": False})
    clock.now += DAY - 1
    described = client("DescribeStream", StreamArn=arn)["StreamDescription"]
    assert described["StreamStatus"] == "DISABLED"
    assert "EndingSequenceNumber" in described["Shards"][0]["SequenceNumberRange"]
    page = client("GetRecords", ShardIterator=iterator(client, arn))
    assert keys(page["Records"]) == ["a"]
    assert "NextShardIterator" not in page
    client("UpdateTable", TableName="orders", StreamSpecification=SPECIFICATION)
    assert len(client("ListStreams", TableName="orders")["Streams"]) == 2
    clock.now += 2
    refused = client.refusal("DescribeStream", StreamArn=arn)
    assert refused.code == "ResourceNotFoundException"
    assert refused.message == f"Requested resource not found: Stream: {arn} not found"
    assert len(client("ListStreams", TableName="orders")["Streams"]) == 1


def test_a_deleted_tables_stream_can_be_read(client: Client) -> None:
    arn = stream(client)
    client.put("orders", p="a")
    client("DeleteTable", TableName="orders")
    assert keys(records(client, iterator(client, arn))) == ["a"]
    other = EngineClient(client.engine, "222222222222")
    assert other.refusal("DescribeStream", StreamArn=arn).code == "ResourceNotFoundException"


@pytest.mark.parametrize("text", ["xyz", "a|1|b", "a|1|", "||", "|1|AAAAAAAA", "a|1|\u00e9"])
def test_an_iterator_that_nobody_gave_is_the_callers_fault(client: Client, text: str) -> None:
    arn = stream(client)
    for given_ in (text, iterator(client, arn).replace("|1|", "|2|"), iterator(client, arn)[:-4]):
        refused = client.refusal("GetRecords", ShardIterator=given_)
        assert refused.code == "ValidationException"
        assert refused.message.startswith("Invalid ShardIterator")


def test_a_sequence_number_belongs_to_its_types_and_its_shard(client: Client) -> None:
    arn = stream(client)
    call = {"StreamArn": arn, "ShardId": shards(client, arn)[0]["ShardId"]}
    number = "1" * 21
    for kind, more in (
        ("AT_SEQUENCE_NUMBER", {}),
        ("AFTER_SEQUENCE_NUMBER", {}),
        ("LATEST", {"SequenceNumber": number}),
        ("TRIM_HORIZON", {"SequenceNumber": number}),
        ("AT_SEQUENCE_NUMBER", {"SequenceNumber": "x" * 21}),
        ("AT_SEQUENCE_NUMBER", {"SequenceNumber": "0" * 21}),
        ("NEWEST", {}),
    ):
        refused = client.refusal("GetShardIterator", **call, ShardIteratorType=kind, **more)
        assert refused.code == "ValidationException"
    call["ShardId"] = "shardId-00000000000000000000-00000000"
    refused = client.refusal("GetShardIterator", **call, ShardIteratorType="LATEST")
    assert refused.code == "ResourceNotFoundException"


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["put", "delete", "update", "transaction", "hours"]),
        st.sampled_from("abc"),
        st.integers(0, 3),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(OPERATIONS)
def test_replaying_the_stream_gives_the_table(operations: list[tuple[str, str, int]]) -> None:
    clock = Clock()
    client = EngineClient(Engine(clock=clock, seed=1))
    arn = stream(client)
    for kind, key, value in operations:
        _do(client, clock, kind, key, value)
    scanned = client("Scan", TableName="orders")["Items"]
    assert _replayed(client, arn) == {item["p"]["S"]: item for item in scanned}


def _do(client: Client, clock: Clock, kind: str, key: str, value: int) -> None:
    call = {"TableName": "orders", "Key": client.item(p=key)}
    if kind == "put":
        client.put("orders", p=key, v=value)
    elif kind == "delete":
        client("DeleteItem", **call)
    elif kind == "hours":
        clock.now += value * 0.5 * HOUR
    else:
        change = call | {
            "UpdateExpression": "ADD n :n",
            "ExpressionAttributeValues": client.values(n=value),
        }
        if kind == "update":
            client("UpdateItem", **change)
        else:
            put = {"TableName": "orders", "Item": client.item(p=f"{key}2", v=value)}
            client("TransactWriteItems", TransactItems=[{"Update": change}, {"Put": put}])


def _replayed(client: Client, arn: str) -> dict[str, Any]:
    replayed: dict[str, Any] = {}
    for shard in range(len(shards(client, arn))):
        for record in records(client, iterator(client, arn, shard=shard), Limit=3):
            body = record["dynamodb"]
            name = body["Keys"]["p"]["S"]
            assert replayed.pop(name, None) == body.get("OldImage")
            if "NewImage" in body:
                replayed[name] = body["NewImage"]
    return replayed

"""A function reads all of a Kinesis stream, once and in order, over shards that come and go."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from localstack_host.services.lambda_.kinesis_streams import KinesisStreamPoller
from localstack_host.services.lambda_.mapping_worker import succeeding

ARN = "arn:aws:kinesis:us-east-2:000000000000:stream/orders"
MOMENT = datetime(2026, 11, 28, tzinfo=UTC)


class Expired(Exception):
    """In place of botocore's."""


class Stream:
    """A client of a stream. An iterator is a shard's id and the number of the next record."""

    def __init__(self) -> None:
        self.records: dict[str, list[int]] = {"a": []}
        self.closed: set[str] = set()
        self.expired: set[str] = set()
        self.requests: list[dict[str, Any]] = []
        self.exceptions = SimpleNamespace(ExpiredIteratorException=Expired)

    def put(self, shard: str, *numbers: int) -> None:
        self.records[shard] += numbers

    def split(self, shard: str, *into: str) -> None:
        self.closed.add(shard)
        self.records |= {child: [] for child in into}

    def describe_stream(self, **_request: Any) -> Any:
        shards = [{"ShardId": shard} for shard in self.records]
        return {"StreamDescription": {"StreamStatus": "ACTIVE", "Shards": shards}}

    def get_shard_iterator(self, **request: Any) -> Any:
        self.requests.append(request)
        shard, kind = request["ShardId"], request["ShardIteratorType"]
        place = {"LATEST": len(self.records[shard])}.get(kind, 0)
        if kind == "AFTER_SEQUENCE_NUMBER":
            place = int(request["StartingSequenceNumber"]) + 1
        return {"ShardIterator": f"{shard}:{place}"}

    def get_records(self, ShardIterator: str, Limit: int, **_request: Any) -> Any:  # noqa: N803 - AWS's
        if ShardIterator in self.expired:
            raise Expired
        shard, _, place = ShardIterator.partition(":")
        start = int(place)
        numbers = self.records[shard][start : start + Limit]
        records = [
            {
                "SequenceNumber": str(start + offset),
                "PartitionKey": "p",
                "Data": str(number).encode(),
                "ApproximateArrivalTimestamp": MOMENT,
            }
            for offset, number in enumerate(numbers)
        ]
        end = start + len(numbers)
        is_over = shard in self.closed and end == len(self.records[shard])
        following = {} if is_over else {"NextShardIterator": f"{shard}:{end}"}
        return {"Records": records} | following


class Reader(KinesisStreamPoller):
    """A poller that keeps what it would pass on."""

    def __init__(self, client: Stream, starting: str, **settings: Any) -> None:
        self.batches: list[list[int]] = []
        parameters = {"StartingPosition": starting, "BatchSize": 100} | settings
        source: Any = client
        passed: Any = object()
        super().__init__(
            ARN, {"KinesisStreamParameters": parameters}, source, passed, kinesis_namespace=True
        )

    def deliver(self, shard_id: str, events: list[dict[str, Any]], window: Any = None) -> bool:
        assert window is None
        assert all(event["eventID"].startswith(f"{shard_id}:") for event in events)
        self.batches.append([int(base64.b64decode(one["kinesis"]["data"])) for one in events])
        return True

    def poll(self, times: int = 6) -> list[int]:
        for _ in range(times):
            self.poll_events()
        return [number for batch in self.batches for number in batch]


@pytest.fixture
def stream() -> Stream:
    return Stream()


@pytest.mark.parametrize("starting", ["TRIM_HORIZON", "LATEST"])
def test_it_continues_with_the_shards_that_replace_one(stream: Stream, starting: str) -> None:
    reader = Reader(stream, starting)
    reader.poll()
    stream.put("a", 1, 2)
    assert reader.poll() == [1, 2]
    stream.put("a", 3)
    stream.split("a", "b", "c")
    stream.put("b", 4)
    stream.put("c", 5)
    assert reader.poll(12) == [1, 2, 3, 4, 5]
    stream.put("b", 6)
    assert reader.poll(12) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("starting", ["TRIM_HORIZON", "LATEST"])
def test_an_expired_iterator_repeats_and_loses_nothing(stream: Stream, starting: str) -> None:
    reader = Reader(stream, starting)
    reader.poll()
    stream.put("a", 1, 2)
    reader.poll()
    stream.put("a", 3)
    stream.expired.add(reader.shards["a"])
    reader.poll(1)
    stream.expired.clear()
    assert reader.poll() == [1, 2, 3]


def test_it_starts_at_the_moment_that_the_mapping_says(stream: Stream) -> None:
    reader = Reader(stream, "AT_TIMESTAMP")
    reader.mapping = {"StartingPositionTimestamp": MOMENT, "BatchSize": 100}
    reader.poll(1)
    assert stream.requests[0]["ShardIteratorType"] == "AT_TIMESTAMP"
    assert stream.requests[0]["Timestamp"] == MOMENT


def test_batches_are_collected_for_their_window(stream: Stream) -> None:
    reader = Reader(stream, "TRIM_HORIZON", BatchSize=2, MaximumBatchingWindowInSeconds=300)
    stream.put("a", 1, 2, 3)
    reader.poll()
    assert reader.batches == [[1, 2]]
    stream.split("a", "b")
    reader.poll()
    assert reader.batches == [[1, 2], [3]]


@pytest.mark.parametrize("starting", ["TRIM_HORIZON", "LATEST"])
def test_a_changed_mapping_continues_where_it_was(stream: Stream, starting: str) -> None:
    first = Reader(stream, starting, BatchSize=2, MaximumBatchingWindowInSeconds=300)
    first.poll()
    stream.put("a", 1, 2, 3)
    assert first.poll() == [1, 2]
    before: Any = SimpleNamespace(poller=first, is_at_work=False)
    with succeeding(before):
        second = Reader(stream, starting)
    stream.put("a", 4)
    assert second.poll() == [3, 4]

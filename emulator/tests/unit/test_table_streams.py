"""A function reads all of a table's stream, once and in order, over shards that come and go."""

from __future__ import annotations

from typing import Any

import pytest

from embedded_dynamodb.streams import SHARD_LIFETIME
from localstack_host.services.lambda_.table_streams import MAX_RECORDS, TableStreamPoller
from tests.unit.table_stream import StreamClient


class Reader(TableStreamPoller):
    """A poller that keeps the ids of what it would pass on."""

    def __init__(self, client: StreamClient, starting: str, **settings: Any) -> None:
        self.seen: list[int] = []
        parameters = {"StartingPosition": starting, "BatchSize": 100} | settings
        source: Any = client
        passed: Any = object()
        super().__init__(client.arn, {"DynamoDBStreamParameters": parameters}, source, passed)

    def deliver(self, shard_id: str, events: list[dict[str, Any]]) -> bool:
        assert len(events) <= self.source_parameters["DynamoDBStreamParameters"]["BatchSize"]
        self.seen += [int(event["dynamodb"]["Keys"]["id"]["S"]) for event in events]
        return True

    def poll(self, times: int = 4) -> list[int]:
        for _ in range(times):
            self.poll_events()
        return self.seen


@pytest.fixture
def client() -> StreamClient:
    return StreamClient()


@pytest.mark.parametrize("starting", ["TRIM_HORIZON", "LATEST"])
def test_it_continues_with_the_child_of_a_closed_shard(client: StreamClient, starting: str) -> None:
    reader = Reader(client, starting)
    reader.poll()
    client.put(1, 2)
    assert reader.poll() == [1, 2]
    for later in (3, 4, 5):
        client.now += SHARD_LIFETIME + 1
        # Iterators live for a quarter of an hour: that of the poller has expired, too.
        client.put(later)
    assert reader.poll(12) == [1, 2, 3, 4, 5]


def test_from_the_beginning_it_reads_parents_before_their_children(client: StreamClient) -> None:
    for number in range(4):
        client.put(number, number + 10)
        client.now += SHARD_LIFETIME + 1
    reader = Reader(client, "TRIM_HORIZON")
    assert reader.poll(16) == [0, 10, 1, 11, 2, 12, 3, 13]


def test_from_the_end_it_reads_nothing_of_closed_shards(client: StreamClient) -> None:
    for number in range(2):
        client.put(number)
        client.now += SHARD_LIFETIME + 1
    client.put(2)
    reader = Reader(client, "LATEST")
    reader.poll()
    client.put(3)
    assert reader.poll(8) == [3]


def test_records_that_wait_for_their_window_are_not_lost_with_the_shard(
    client: StreamClient,
) -> None:
    reader = Reader(client, "TRIM_HORIZON", MaximumBatchingWindowInSeconds=3600)
    client.put(1)
    assert reader.poll() == []
    client.now += SHARD_LIFETIME + 1
    client.put(2)
    reader.poll(12)
    assert reader.seen == [1]


def test_a_batch_that_is_larger_than_getrecords_allows_is_read_in_parts(
    client: StreamClient,
) -> None:
    reader = Reader(client, "TRIM_HORIZON", BatchSize=10_000)
    client.put(*range(MAX_RECORDS + 1))
    assert reader.poll(6) == list(range(MAX_RECORDS + 1))

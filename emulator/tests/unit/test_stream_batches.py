"""Batches of a stream: the window, their size, and what becomes of one that fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.services.lambda_.event_source_mapping.event_processor import (
    BatchFailureError,
    PartialBatchFailureError,
)

from localstack_host.services.lambda_ import stream_batches
from localstack_host.services.lambda_.batch_window import LARGEST_BATCH
from localstack_host.services.lambda_.mapping_worker import succeeding
from localstack_host.services.lambda_.table_streams import TableStreamPoller
from tests.unit.table_stream import StreamClient

Works = Callable[[list[int]], None]
FAILED: dict[str, Any] = {"requestId": "r", "httpStatusCode": 200}


class Function:
    """A function that takes batches of numbers; `works` raises what it fails with."""

    def __init__(self, works: Works) -> None:
        self.batches: list[list[int]] = []
        self.events: list[dict[str, Any]] = []
        self._works = works

    def process_events_batch(self, events: list[dict[str, Any]]) -> None:
        numbers = [int(event["dynamodb"]["Keys"]["id"]["S"]) for event in events]
        self.events = events
        self.batches.append(numbers)
        self._works(numbers)

    def generate_event_failure_context(self, **about: Any) -> dict[str, Any]:
        return {"requestContext": about, "responseContext": {}}


class Mapping(TableStreamPoller):
    """A mapping of the table's stream to a function."""

    def __init__(
        self, client: StreamClient, works: Works | None = None, filters: Any = (), **settings: Any
    ) -> None:
        self.function = Function(works or (lambda numbers: None))
        self.discarded: list[tuple[list[int], dict[str, Any]]] = []
        stream = {"StartingPosition": "TRIM_HORIZON", "BatchSize": 100, "MaximumRetryAttempts": -1}
        parameters = {
            "DynamoDBStreamParameters": stream | settings,
            "FilterCriteria": {"Filters": [{"Pattern": json.dumps(one)} for one in filters]},
        }
        source: Any = client
        function: Any = self.function
        super().__init__(client.arn, parameters, source, function)
        self.mapping = {"BatchSize": 100} | settings

    def send_events_to_dlq(self, shard_id: str, events: Any, context: Any) -> None:
        numbers = [int(event["dynamodb"]["Keys"]["id"]["S"]) for event in events]
        self.discarded.append((numbers, context))

    def poll(self, times: int = 3) -> list[list[int]]:
        for _ in range(times):
            self.poll_events()
        return self.function.batches


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def client() -> StreamClient:
    return StreamClient()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(stream_batches, "time", clock)
    return clock


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses = SimpleNamespace(next_backoff=lambda: 0)
    monkeypatch.setattr(stream_batches, "ExponentialBackoff", lambda: pauses)


def test_the_window_begins_with_the_first_record(client: StreamClient, clock: Clock) -> None:
    mapping = Mapping(client, MaximumBatchingWindowInSeconds=10)
    mapping.poll()
    clock.now += 60
    client.put(1)
    mapping.poll()
    clock.now += 9
    client.put(2)
    assert mapping.poll() == []
    clock.now += 1
    assert mapping.poll() == [[1, 2]]
    client.put(3)
    clock.now += 9
    assert mapping.poll() == [[1, 2]]
    clock.now += 10
    assert mapping.poll() == [[1, 2], [3]]


def test_a_full_batch_does_not_wait_and_the_rest_has_a_window_of_its_own(
    client: StreamClient, clock: Clock
) -> None:
    mapping = Mapping(client, MaximumBatchingWindowInSeconds=10, BatchSize=3)
    client.put(1, 2)
    mapping.poll()
    clock.now += 9
    client.put(3, 4)
    assert mapping.poll() == [[1, 2, 3]]
    clock.now += 9
    assert mapping.poll() == [[1, 2, 3]]
    clock.now += 1
    assert mapping.poll() == [[1, 2, 3], [4]]


def test_without_a_window_records_are_delivered_at_once(client: StreamClient, clock: Clock) -> None:
    mapping = Mapping(client)
    for number in range(3):
        client.put(number)
        mapping.poll(1)
    assert clock.now == 1000
    assert mapping.function.batches == [[0], [1], [2]]


def test_a_batch_may_be_larger_than_getrecords_allows(client: StreamClient, clock: Clock) -> None:
    mapping = Mapping(client, MaximumBatchingWindowInSeconds=10, BatchSize=2_500)
    client.put(*range(2_501))
    mapping.poll(4)
    clock.now += 10
    mapping.poll(1)
    assert [len(batch) for batch in mapping.function.batches] == [2_500, 1]


@pytest.mark.parametrize("window_s", [0, 300])
def test_a_batch_is_no_larger_than_an_event(client: StreamClient, window_s: int) -> None:
    mapping = Mapping(client, MaximumBatchingWindowInSeconds=window_s)
    size = LARGEST_BATCH // 5
    mapping.transform_into_events = lambda records, shard: [  # type: ignore[method-assign]
        {"dynamodb": record["dynamodb"], "padding": "x" * size} for record in records
    ]
    mapping.largest_size = lambda event: 2 * size  # type: ignore[method-assign]
    client.put(*range(10))
    mapping.poll()
    assert mapping.function.batches[:2] == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert mapping.function.batches[2:] == ([] if window_s else [[8, 9]])


def test_filtered_records_do_not_fill_a_batch(client: StreamClient, clock: Clock) -> None:
    only = [{"dynamodb": {"Keys": {"id": {"S": ["7", "8"]}}}}]
    mapping = Mapping(client, filters=only, MaximumBatchingWindowInSeconds=10, BatchSize=2)
    client.put(1, 2, 3, 7)
    mapping.poll()
    clock.now += 5
    assert mapping.poll() == []
    client.put(4, 8)
    assert mapping.poll() == [[7, 8]]
    client.put(5, 6)
    mapping.poll()
    clock.now += 20
    assert mapping.poll() == [[7, 8]]
    assert mapping.function.events[0]["eventSource"] == "aws:dynamodb"


def test_what_waits_is_read_again_after_a_restart(client: StreamClient, clock: Clock) -> None:
    mapping = Mapping(client, MaximumBatchingWindowInSeconds=10, BatchSize=2)
    client.put(1, 2, 3)
    assert mapping.poll() == [[1, 2]]
    again = Mapping(client)
    again.go_on_from(mapping.position)
    client.put(4)
    again.poll()
    assert [number for batch in again.function.batches for number in batch] == [3, 4]


def test_records_that_no_filter_matches_are_not_read_again(client: StreamClient) -> None:
    mapping = Mapping(client, filters=[{"eventName": ["REMOVE"]}])
    client.put(1, 2)
    mapping.poll()
    again = Mapping(client)
    again.go_on_from(mapping.position)
    client.put(3)
    assert again.poll() == [[3]]


def _fails_with(*poison: int) -> Works:
    def works(numbers: list[int]) -> None:
        if not set(poison).isdisjoint(numbers):
            raise BatchFailureError(error=FAILED)

    return works


def test_a_failed_batch_is_split_until_only_what_fails_is_discarded(client: StreamClient) -> None:
    mapping = Mapping(
        client, _fails_with(5), MaximumRetryAttempts=1, BisectBatchOnFunctionError=True
    )
    client.put(*range(8))
    mapping.poll(1)
    batches = mapping.function.batches
    assert batches == [
        *(list(range(8)), [0, 1, 2, 3], [4, 5, 6, 7]),
        *([4, 5], [4], [5], [5], [6, 7]),
    ]
    assert [numbers for numbers, _ in mapping.discarded] == [[5]]


def test_without_bisect_a_batch_is_discarded_after_its_retries(client: StreamClient) -> None:
    mapping = Mapping(client, _fails_with(1), MaximumRetryAttempts=2)
    client.put(0, 1)
    mapping.poll(1)
    assert mapping.function.batches == [[0, 1]] * 3
    [(numbers, context)] = mapping.discarded
    assert numbers == [0, 1]
    assert context["requestContext"]["abort_condition"] == "RetryAttemptsExhausted"
    assert context["requestContext"]["attempts_count"] == 3
    client.put(2)
    assert mapping.poll()[-1] == [2]


def test_only_what_follows_the_first_failed_record_is_tried_again(client: StreamClient) -> None:
    mapping = Mapping(client)

    def fails_once(numbers: list[int]) -> None:
        if len(numbers) == 4:
            failed = mapping.function.events[2]["dynamodb"]["SequenceNumber"]
            failures = {"batchItemFailures": [{"itemIdentifier": failed}]}
            raise PartialBatchFailureError(partial_failure_payload=failures, error=FAILED)

    mapping.function._works = fails_once
    client.put(0, 1, 2, 3)
    assert mapping.poll() == [[0, 1, 2, 3], [2, 3]]


def test_records_that_are_too_old_are_discarded(client: StreamClient) -> None:
    client.now = 1_000_000_000.0
    mapping = Mapping(client, MaximumRecordAgeInSeconds=60)
    client.put(1)
    assert mapping.poll() == []
    [(numbers, context)] = mapping.discarded
    assert numbers == [1]
    assert context["requestContext"]["abort_condition"] == "RecordAgeExceeded"
    assert "responseContext" not in context


def test_a_mapping_that_is_stopped_ends_its_retries_and_loses_nothing(
    client: StreamClient,
) -> None:
    def fails_and_is_stopped(numbers: list[int]) -> None:
        mapping.close()
        raise BatchFailureError(error=FAILED)

    mapping = Mapping(client, fails_and_is_stopped)
    client.put(1, 2)
    assert mapping.poll(1) == [[1, 2]]
    assert mapping.discarded == []
    again = Mapping(client)
    again.go_on_from(mapping.position)
    assert again.poll() == [[1, 2]]


@pytest.mark.parametrize("starting", ["TRIM_HORIZON", "LATEST"])
def test_an_updated_mapping_continues_where_it_was(
    client: StreamClient, clock: Clock, starting: str
) -> None:
    settings = {"StartingPosition": starting, "MaximumBatchingWindowInSeconds": 10}
    first = Mapping(client, **settings)
    first.poll()
    client.put(1, 2)
    first.poll()
    clock.now += 10
    assert first.poll() == [[1, 2]]
    client.put(3)
    first.poll()
    worker = SimpleNamespace(poller=first, is_at_work=False)
    with succeeding(worker):
        disabled = Mapping(client, **settings)
    client.put(4)
    with succeeding(SimpleNamespace(poller=disabled, is_at_work=False)):
        second = Mapping(client, **settings)
    assert second.position == first.position
    second.poll()
    clock.now += 10
    assert second.poll() == [[3, 4]]


def test_a_new_poller_waits_for_the_end_of_the_one_before(client: StreamClient) -> None:
    looks = iter([True, True, False])
    worker = SimpleNamespace(poller=Mapping(client))
    client.put(1)

    class Ending:
        poller = worker.poller

        @property
        def is_at_work(self) -> bool:
            return next(looks)

    with succeeding(Ending()):
        following = Mapping(client)
    assert following.poll() == [[1]]
    assert list(looks) == []


@pytest.mark.parametrize(
    "value",
    [
        {"L": [{"NULL": True}] * 500},
        {"L": [{"M": {}}, {"L": []}, {"BOOL": False}] * 200},
        {"M": {str(number): {"N": "1"} for number in range(300)}},
        {"S": "\x01" * 2_000},
        {"S": "\u00e4\U0001f600" * 500},
        {"NS": [str(number) for number in range(300)]},
        {"SS": [chr(0x4E00 + number) for number in range(300)]},
        {"B": "AAAA" * 500},
    ],
)
def test_no_event_is_larger_than_what_is_assumed(value: dict[str, Any]) -> None:
    client = StreamClient("NEW_IMAGE")
    client.call("PutItem", {"TableName": "orders", "Item": {"id": {"S": "1"}, "v": value}})
    mapping = Mapping(client)
    mapping.poll(1)
    [event] = mapping.function.events
    assert len(json.dumps(event, default=str)) < mapping.largest_size(event)

"""Tumbling windows: the state that a function returns comes back, until the window ends."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from localstack.services.lambda_.event_source_mapping.event_processor import BatchFailureError

from localstack_host.services.lambda_ import stream_batches, tumbling_windows
from localstack_host.services.lambda_.table_streams import TableStreamPoller
from tests.unit.table_stream import StreamClient

START = 1_800_000_000  # a multiple of a minute


class Function:
    """A function that counts the records of a window in its state."""

    def __init__(self) -> None:
        self.seen: list[tuple[list[int], int, str, bool, bool]] = []
        self.sender = SimpleNamespace(response=None)
        self.fails = 0
        self.failure: Exception = BatchFailureError(error={})
        self.padding = ""
        self.is_stateless = False

    def process_events_batch(self, event: dict[str, Any]) -> None:
        numbers = [int(one["dynamodb"]["Keys"]["id"]["S"]) for one in event["Records"]]
        count = event["state"].get("count", 0)
        final, early = event["isFinalInvokeForWindow"], event["isWindowTerminatedEarly"]
        self.seen.append((numbers, count, event["window"]["start"][14:16], final, early))
        if self.fails:
            self.fails -= 1
            raise self.failure
        state = {"count": count + len(numbers), "padding": self.padding}
        self.sender.response = None if self.is_stateless else {"state": state}


class Mapping(TableStreamPoller):
    """A mapping with a window of a minute."""

    def __init__(self, client: StreamClient) -> None:
        self.function = Function()
        settings = {"StartingPosition": "TRIM_HORIZON", "BatchSize": 100}
        parameters = {"DynamoDBStreamParameters": settings | {"MaximumRetryAttempts": -1}}
        source: Any = client
        function: Any = self.function
        super().__init__(client.arn, parameters, source, function)
        self.mapping = {"BatchSize": 100, "TumblingWindowInSeconds": 60}

    def poll(self) -> Any:
        for _ in range(3):
            self.poll_events()
        return self.function.seen


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> StreamClient:
    client = StreamClient()
    client.now = float(START)
    clock = SimpleNamespace(time=lambda: client.now)
    monkeypatch.setattr(tumbling_windows, "time", clock)
    pauses = SimpleNamespace(next_backoff=lambda: 0)
    for module in (stream_batches, tumbling_windows):
        monkeypatch.setattr(module, "ExponentialBackoff", lambda: pauses)
    return client


def test_the_state_comes_back_until_the_window_ends(client: StreamClient) -> None:
    mapping = Mapping(client)
    client.put(1, 2)
    mapping.poll()
    client.now += 30
    client.put(3)
    assert mapping.poll() == [([1, 2], 0, "00", False, False), ([3], 2, "00", False, False)]
    client.now += 31
    assert mapping.poll()[2:] == [([], 3, "00", True, False)]
    client.put(4)
    assert mapping.poll()[3:] == [([4], 0, "01", False, False)]


def test_a_batch_with_records_of_two_windows_is_two(client: StreamClient) -> None:
    mapping = Mapping(client)
    client.put(1)
    client.now += 60
    client.put(2)
    assert mapping.poll() == [
        ([1], 0, "00", False, False),
        ([], 1, "00", True, False),
        ([2], 0, "01", False, False),
    ]


def test_the_shard_waits_for_the_final_invocation(client: StreamClient) -> None:
    mapping = Mapping(client)
    client.put(1)
    mapping.poll()
    client.now += 61
    mapping.function.fails = 2
    assert mapping.poll()[1:] == [([], 1, "00", True, False)] * 3


def test_a_batch_is_not_lost_when_the_window_before_it_cannot_be_ended(
    client: StreamClient,
) -> None:
    mapping = Mapping(client)
    client.put(1)
    mapping.poll()
    client.now += 60
    client.put(2)
    mapping.function.fails, mapping.function.failure = 2, RuntimeError("there is no function")
    assert mapping.poll()[1:] == [
        *[([], 1, "00", True, False)] * 3,
        ([2], 0, "01", False, False),
    ]


def test_a_response_without_a_state_is_a_failure(client: StreamClient) -> None:
    mapping = Mapping(client)
    mapping.function.is_stateless = True
    mapping.source_parameters["DynamoDBStreamParameters"]["MaximumRetryAttempts"] = 1
    discarded: list[Any] = []
    mapping.send_events_to_dlq = lambda *a, **c: discarded.append(a)  # type: ignore[method-assign]
    failure: Any = mapping.function
    failure.generate_event_failure_context = lambda **about: {}
    client.put(1)
    assert mapping.poll() == [([1], 0, "00", False, False)] * 2
    assert len(discarded) == 1


def test_a_state_that_is_too_large_ends_the_window_early(client: StreamClient) -> None:
    mapping = Mapping(client)
    mapping.function.padding = "x" * tumbling_windows.LARGEST_STATE
    client.put(1)
    assert mapping.poll() == [([1], 0, "00", False, False), ([], 1, "00", False, True)]
    mapping.function.padding = ""
    client.put(2)
    assert mapping.poll()[2:] == [([2], 0, "00", False, False)]


def test_a_window_that_had_not_ended_is_delivered_again_after_a_restart(
    client: StreamClient,
) -> None:
    mapping = Mapping(client)
    client.put(1)
    mapping.poll()
    client.now += 60
    client.put(2, 3)
    mapping.poll()
    again = Mapping(client)
    again.go_on_from(mapping.position)
    assert again.poll() == [([2, 3], 0, "01", False, False)]

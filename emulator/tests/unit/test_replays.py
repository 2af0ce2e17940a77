"""The states of a replay, and which events belong to its range."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.aws.api.events import IllegalStatusException

from localstack_host.services.events import replays

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
BUS = "arn:aws:events:us-east-2:000000000000:event-bus/shop"


def event(second: int) -> dict[str, Any]:
    return {"id": str(second), "time": f"2026-01-01T12:00:{second:02}Z"}


def replay(state: str = "STARTING") -> Any:
    return SimpleNamespace(
        name="again",
        arn="arn:of:replay",
        region="us-east-2",
        account_id="000000000000",
        state=state,
        state_reason=None,
        destination={"Arn": BUS},
        event_start_time=START,
        event_end_time=START + timedelta(minutes=1),
        event_last_replayed_time=None,
        replay_end_time=None,
    )


class Provider:
    """Notes the events that it processes, and does something at each of them."""

    def __init__(self, act: Any = None) -> None:
        self.processed: list[str] = []
        self.act = act

    def get_store(self, *_: str) -> None:
        return None

    def get_event_bus(self, *_: Any) -> Any:
        return SimpleNamespace(rules={})

    def _process_rules_async(self, parameters: dict[str, Any]) -> None:
        self.processed.append(parameters["event_formatted"]["id"])
        if self.act:
            self.act()


def archive(*seconds: int) -> Any:
    return SimpleNamespace(events={str(second): event(second) for second in seconds})


def test_a_range_has_whole_seconds_as_events_have_and_begins_with_the_oldest() -> None:
    events = [event(second) for second in (30, 10, 9, 31)]
    first, last = START + timedelta(seconds=10.7), START + timedelta(seconds=30)
    assert [one["id"] for one in replays.within(events, first, last)] == ["10", "30"]


def test_a_replay_that_is_canceled_stops_after_the_event_that_is_delivered() -> None:
    running = replay()
    provider = Provider(lambda: replays.cancel(running))
    replays.run(provider, running, archive(1, 2), None)
    assert provider.processed == ["1"]
    assert running.state == "CANCELLED"
    assert running.replay_end_time


def test_one_that_is_canceled_before_it_runs_delivers_nothing() -> None:
    starting, provider = replay(), Provider()
    replays.cancel(starting)
    replays.run(provider, starting, archive(1), None)
    assert (provider.processed, starting.state) == ([], "CANCELLED")


def test_a_failure_ends_the_replay_with_its_reason() -> None:
    def fail() -> None:
        raise ValueError("no bus")

    failing = replay()
    replays.run(Provider(fail), failing, archive(1), None)
    assert (failing.state, failing.state_reason) == ("FAILED", "no bus")
    assert failing.replay_end_time


@pytest.mark.parametrize("state", ["COMPLETED", "CANCELLED", "FAILED", "CANCELLING"])
def test_what_has_ended_cannot_be_canceled(state: str) -> None:
    with pytest.raises(IllegalStatusException):
        replays.cancel(replay(state))


@pytest.mark.parametrize(
    ("saved", "loaded"),
    [("STARTING", "FAILED"), ("RUNNING", "FAILED"), ("CANCELLING", "CANCELLED")],
)
def test_a_saved_replay_that_was_active_has_ended_after_a_load(saved: str, loaded: str) -> None:
    interrupted = replay(saved)
    replays.end_interrupted(interrupted)
    assert interrupted.state == loaded
    assert interrupted.replay_end_time

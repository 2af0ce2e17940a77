"""An execution's history becomes the steps that it took."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lab.core.errors import LabError
from lab.shop.execution import Execution, Step, follow, read_history
from lab.shop.order_views import bar, remark

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class History:
    """Writes the events of an execution as Step Functions would, 100 ms apart."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self._add("ExecutionStarted")

    def task(self, name: str, *errors: str, exited: bool = True, succeeds: bool = True) -> History:
        """One visit: every error is a failed attempt; the last attempt succeeds or not."""
        self._add("TaskStateEntered", stateEnteredEventDetails={"name": name})
        for error in errors:
            self._add("TaskScheduled")
            self._add("TaskFailed", taskFailedEventDetails={"error": error, "cause": "because"})
        if succeeds:
            self._add("TaskScheduled")
            self._add("TaskSucceeded")
        if exited:
            self._add("TaskStateExited", stateExitedEventDetails={"name": name})
        return self

    def state(self, kind: str, name: str) -> History:
        self._add(f"{kind}StateEntered", stateEnteredEventDetails={"name": name})
        if kind != "Fail":
            self._add(f"{kind}StateExited", stateExitedEventDetails={"name": name})
        return self

    def ended(self, kind: str) -> History:
        self._add(f"Execution{kind}")
        return self

    def read(self) -> Execution:
        return read_history(self.events, START + timedelta(minutes=1))

    def _add(self, kind: str, **details: Any) -> None:
        number = len(self.events)
        at = START + timedelta(milliseconds=100 * number)
        event = {"id": number + 1, "previousEventId": number, "type": kind, "timestamp": at}
        self.events.append({**event, **details})


def only(execution: Execution) -> Step:
    (step,) = execution.steps
    return step


def test_a_confirmed_order_took_its_states_in_order() -> None:
    seen = History().task("ValidateCart").task("ReserveStock").ended("Succeeded").read()

    assert seen.status == "SUCCEEDED"
    assert seen.path == ("ValidateCart", "ReserveStock")
    assert [step.outcome for step in seen.steps] == ["ok", "ok"]


def test_a_step_lasts_from_entering_to_leaving_its_state() -> None:
    assert only(History().task("ValidateCart").read()).duration == pytest.approx(0.3)


def test_an_error_that_the_workflow_catches_names_the_error() -> None:
    step = only(History().task("ReserveStock", "OutOfStock", succeeds=False).read())

    assert (step.outcome, step.errors, step.cause) == ("caught", ("OutOfStock",), "because")


def test_an_attempt_that_succeeds_after_others_counts_as_ok_with_retries() -> None:
    step = only(History().task("ProcessPayment", "GatewayTimeout", "GatewayTimeout").read())

    assert (step.outcome, step.retries) == ("ok", 2)
    assert str(remark(step)) == "tried again 2 times (GatewayTimeout)"


def test_a_state_that_was_not_left_is_running_as_long_as_the_execution_runs() -> None:
    step = only(History().task("ProcessPayment", exited=False, succeeds=False).read())

    assert step.outcome == "running"


def test_a_state_that_was_not_left_has_failed_when_the_execution_has_ended() -> None:
    history = History().task("RejectOrder", "Boom", exited=False, succeeds=False).ended("Failed")

    assert only(history.read()).outcome == "failed"


def test_choices_and_end_states_do_no_work_and_are_not_on_the_path() -> None:
    seen = History().state("Choice", "IsAllBack").task("FailOrder").state("Fail", "OrderFailed")

    assert seen.ended("Failed").read().path == ("FailOrder",)


def test_bars_stand_where_their_steps_were_in_time() -> None:
    seen = History().task("First").task("Second").ended("Succeeded").read()

    first, second = (bar(step, seen) for step in seen.steps)
    assert first.index("━") < second.index("━")
    assert first.rindex("━") <= second.index("━")
    assert len(first) == len(second)


class FakeStepFunctions:
    """Shows one more piece of a history at every look."""

    def __init__(self, events: list[dict[str, Any]], sizes: list[int]) -> None:
        self._looks = iter([events[:size] for size in sizes])
        self._last: list[dict[str, Any]] = []

    def get_paginator(self, _operation: str) -> FakeStepFunctions:
        return self

    def paginate(self, **_arguments: object) -> list[dict[str, Any]]:
        self._last = next(self._looks, self._last)
        return [{"events": self._last}]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.shop.execution.POLL_S", 0.001)


def test_following_shows_what_is_new_and_stops_at_the_end() -> None:
    events = History().task("ValidateCart").ended("Succeeded").events

    seen = list(follow(FakeStepFunctions(events, [1, 3, 3, len(events)]), "arn"))

    assert [len(execution.steps) for execution in seen] == [0, 1, 1]
    assert seen[-1].ended


def test_following_an_execution_that_does_not_end_gives_up_with_its_name() -> None:
    client = FakeStepFunctions(History().task("ValidateCart").events, [2])

    with pytest.raises(LabError, match="ord_1 has not ended"):
        list(follow(client, "arn:ord_1", timeout_s=0.02))

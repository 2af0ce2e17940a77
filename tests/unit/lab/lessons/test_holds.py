from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from lab.core.errors import LabError
from lab.core.target import Target
from lab.lessons import holds
from lab.lessons.lesson import Lesson
from lab.shop import execution


@dataclass
class FakeLambda:
    """Gives its answers one after the other, and remembers what it was asked."""

    answers: list[dict[str, Any]]
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        self.asked.append((FunctionName, json.loads(Payload)))
        return {"Payload": io.BytesIO(json.dumps(self.answers.pop(0)).encode())}


@dataclass
class FakeLesson:
    function: FakeLambda
    target: Target = field(default_factory=lambda: Target("dev"))

    def client(self, _service: str) -> FakeLambda:
        return self.function

    def until(self, look: Any, _what: str) -> Any:
        while not (found := look()):
            pass
        return found


def a_lesson(*answers: dict[str, Any]) -> tuple[Lesson, FakeLambda]:
    function = FakeLambda(list(answers))
    return cast(Lesson, FakeLesson(function)), function


def test_a_sweep_is_the_sweeper_s_own() -> None:
    lesson, function = a_lesson({"released": 1})
    assert holds.sweep(lesson) == {"released": 1}
    assert function.asked == [("checkout-dev-sweeper", {})]


def test_settling_asks_for_one_order_and_gives_what_became_of_it() -> None:
    lesson, function = a_lesson({"orders": [{"orderId": "ord_1", "final": True}]})
    assert holds.settle(lesson, "ord_1") == {"orderId": "ord_1", "final": True}
    assert function.asked[0][1] == {"orderIds": ["ord_1"]}


def test_the_undo_asks_until_the_order_has_ended() -> None:
    running, ended = ({"orders": [{"final": final}]} for final in (False, True))
    lesson, function = a_lesson(running, ended)
    holds.settling(lesson, "ord_1")()
    assert len(function.asked) == 2


@dataclass
class FakeSteps:
    """Says one status after the other: StopExecution answers before the execution has ended."""

    statuses: list[str]
    stopped: list[str] = field(default_factory=list)

    def stop_execution(self, executionArn: str, cause: str) -> None:  # noqa: N803
        self.stopped.append(executionArn + cause)

    def describe_execution(self, executionArn: str) -> dict[str, str]:  # noqa: N803
        return {"status": self.statuses.pop(0) if executionArn else ""}


def stopping(monkeypatch: pytest.MonkeyPatch, *statuses: str) -> tuple[Lesson, FakeSteps]:
    monkeypatch.setattr(execution, "arn_of", lambda _target, order_id: f"arn:{order_id}")
    steps = FakeSteps(list(statuses))
    return cast(Lesson, FakeLesson(cast(FakeLambda, steps))), steps


def test_an_abandoned_order_s_execution_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    lesson, steps = stopping(monkeypatch, "RUNNING", "RUNNING", "ABORTED")
    holds.abandon(lesson, "ord_1")
    assert len(steps.stopped) == 1
    assert steps.statuses == []


def test_an_execution_that_ended_by_itself_was_not_abandoned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lesson, _ = stopping(monkeypatch, "RUNNING", "FAILED")
    with pytest.raises(LabError, match=r"ord_1 was FAILED before it could be stopped"):
        holds.abandon(lesson, "ord_1")


class Stopping:
    """A lesson in which executions end by themselves until one can be stopped."""

    def __init__(self, endings: list[str]) -> None:
        self.endings = endings
        self.placed = 0

    def place(self, _cart: object) -> str:
        self.placed += 1
        return f"ord_{self.placed}"

    def later(self, _undo: object) -> None:
        """Nothing is undone here."""

    def abandon(self, _lesson: object, order_id: str) -> None:
        if (ending := self.endings.pop(0)) != "ABORTED":
            raise holds.EndedFirst(f"{order_id} was {ending}")


@pytest.mark.parametrize("failures", range(holds.TRIES))
def test_an_order_that_ends_before_it_is_stopped_is_followed_by_another(
    monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    lesson = Stopping(["FAILED"] * failures + ["ABORTED"])
    monkeypatch.setattr(holds, "wait_for", lambda *_: {})
    monkeypatch.setattr(holds, "abandon", lesson.abandon)
    assert holds.abandoned(cast(Lesson, lesson), {}) == f"ord_{failures + 1}"


def test_orders_that_all_end_first_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    lesson = Stopping(["FAILED"] * holds.TRIES)
    monkeypatch.setattr(holds, "wait_for", lambda *_: {})
    monkeypatch.setattr(holds, "abandon", lesson.abandon)
    with pytest.raises(holds.EndedFirst):
        holds.abandoned(cast(Lesson, lesson), {})

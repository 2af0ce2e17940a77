from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import Any, cast

from lab.lessons import holds
from lab.lessons.lesson import Lesson
from lab.target import Target


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

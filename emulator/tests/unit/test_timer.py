"""The timer calls what is due, in order, once, and costs nothing otherwise."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from localstack_host.services.timer import SPARE, Timer
from tests.integration.waiting import wait_for


class Calls:
    """Collects what was called."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __call__(self, name: str) -> Callable[[], None]:
        return lambda: self.names.append(name)


def test_actions_are_called_in_the_order_of_their_times() -> None:
    timer, called, now = Timer(), Calls(), time.time()
    timer.set("late", now + 0.3, called("late"))
    timer.set("early", now + 0.15, called("early"))
    timer.after(0, called("at once"))
    wait_for(lambda: len(called.names) == 3, "not all were called")
    assert called.names == ["at once", "early", "late"]


def test_the_last_action_of_a_key_counts_and_a_cancelled_one_does_not() -> None:
    timer, called, now = Timer(), Calls(), time.time()
    timer.set("key", now + 0.05, called("first"))
    timer.set("key", now + 0.1, called("second"))
    timer.set("other", now + 0.05, called("cancelled"))
    timer.cancel("other")
    timer.set("end", now + 0.2, called("end"))
    wait_for(lambda: "end" in called.names, "the last one was not called")
    assert called.names == ["second", "end"]


def test_an_action_that_fails_or_waits_stops_no_other() -> None:
    timer, called, gate = Timer(), Calls(), threading.Event()
    timer.after(0, lambda: 1 / 0)
    timer.after(0, lambda: gate.wait(10))
    timer.after(0.05, called("next"))
    wait_for(lambda: called.names == ["next"], "it was not called")
    gate.set()


def test_a_time_in_the_past_is_due_at_once() -> None:
    timer, called = Timer(), Calls()
    timer.set("missed", 0.0, called("missed"))
    wait_for(lambda: called.names == ["missed"], "it was not called")


def test_what_is_cancelled_is_not_kept() -> None:
    timer, later = Timer(), time.time() + 3600
    for number in range(1000):
        timer.set(str(number), later, Calls()("never"))
        timer.cancel(str(number))
    assert len(timer._due) <= SPARE + 2


def test_there_is_no_thread_before_something_is_set() -> None:
    assert Timer()._thread is None

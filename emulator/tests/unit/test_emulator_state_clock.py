"""A state's time is what it works: waiting for a turn is not."""

from __future__ import annotations

import threading

from localstack_host.services.stepfunctions import state_clock
from localstack_host.services.stepfunctions.state_clock import Ended, StateClock, StateThread


def _in_a_state(work: object, timeout_s: float) -> bool:
    """Whether `work` ends within a state's time, as LocalStack lets a state work."""
    before = state_clock._clock.set(StateClock())
    try:
        ended = Ended()

        def run() -> None:
            work()  # type: ignore[operator]
            ended.set()

        StateThread(target=run, daemon=True).start()
        return ended.wait(timeout_s)
    finally:
        state_clock._clock.reset(before)


def test_a_state_that_waits_for_its_turn_has_its_whole_time_afterwards() -> None:
    turn = threading.Event()
    threading.Timer(0.6, turn.set).start()

    def wait() -> None:
        with state_clock.stopped():
            turn.wait()

    assert _in_a_state(wait, timeout_s=0.2)


def test_a_state_that_works_too_long_has_not_ended_in_time() -> None:
    release = threading.Event()
    assert not _in_a_state(release.wait, timeout_s=0.1)
    release.set()


def test_what_a_state_works_after_its_turn_counts() -> None:
    release = threading.Event()

    def work() -> None:
        with state_clock.stopped():
            pass
        release.wait()

    assert not _in_a_state(work, timeout_s=0.1)
    release.set()


def test_outside_of_a_state_nothing_is_counted() -> None:
    with state_clock.stopped():
        assert state_clock._clock.get() is None


def test_a_clock_adds_up_how_often_it_was_stopped() -> None:
    moments = iter([1.0, 3.0, 10.0, 11.5])
    clock = StateClock(lambda: next(moments))
    with clock.stopped():
        pass
    with clock.stopped():
        pass
    assert clock.waited_s == 3.5

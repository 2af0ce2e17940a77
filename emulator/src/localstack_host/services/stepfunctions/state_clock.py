"""The time of a state of a workflow: what it spends in a queue of this machine does not count.

AWS has an environment for each invocation. Here one may wait for its turn, and
`lambda_/concurrency.py` stops the clock of the state that called until it has come.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

LOOK_AGAIN_S = 0.05
Time = Callable[[], float]


class StateClock:
    """How long a state has waited for a turn, in seconds."""

    def __init__(self, now: Time = time.monotonic) -> None:
        self._now = now
        self._waited = 0.0
        self._since: float | None = None

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Does not count the time within."""
        self._since = self._now()
        try:
            yield
        finally:
            self._waited, self._since = self.waited_s, None

    @property
    def waited_s(self) -> float:
        """So far."""
        since = self._since
        return self._waited + (self._now() - since if since is not None else 0.0)


_clock: ContextVar[StateClock | None] = ContextVar("state_clock", default=None)


@contextmanager
def stopped() -> Iterator[None]:
    """Stops the clock of the state in which this is called, if it is called in one."""
    clock = _clock.get()
    if clock is None:
        yield
        return
    with clock.stopped():
        yield


@contextmanager
def running() -> Iterator[None]:
    """Starts the clock of a state."""
    before = _clock.set(StateClock())
    try:
        yield
    finally:
        _clock.reset(before)


class Ended(threading.Event):
    """The event for which LocalStack waits as long as a state may take."""

    def __init__(self) -> None:
        super().__init__()
        self._clock = _clock.get() or StateClock()

    def wait(self, timeout: float | None = None) -> bool:
        """Waits for so many seconds, and for those in which the state's clock stood still."""
        if timeout is None:
            return super().wait()
        began = time.monotonic()
        while (left := timeout + self._clock.waited_s - (time.monotonic() - began)) > 0:
            if super().wait(max(left, LOOK_AGAIN_S)):
                return True
        return self.is_set()


class StateThread(threading.Thread):
    """A thread that does a state's work: its clock is the state's."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._state_clock = _clock.get()

    def run(self) -> None:
        """As ever."""
        _clock.set(self._state_clock)
        super().run()

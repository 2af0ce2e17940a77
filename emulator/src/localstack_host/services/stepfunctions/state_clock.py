"""Excludes the time that an invocation is queued from the timeout of the calling state.

AWS runs each invocation at once. Here it may be queued, and `lambda_/concurrency.py` stops the
clock of the calling state meanwhile.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from localstack_host.performance.pooled_threads import PooledThread

LOOK_AGAIN_S = 0.05
Time = Callable[[], float]


class StateClock:
    """Measures how long a state has waited for a slot, in seconds."""

    def __init__(self, now: Time = time.monotonic) -> None:
        self._now = now
        self._waited = 0.0
        self._since: float | None = None

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Adds the time within the context to the waiting time."""
        self._since = self._now()
        try:
            yield
        finally:
            self._waited, self._since = self.waited_s, None

    @property
    def waited_s(self) -> float:
        """The waiting time so far."""
        since = self._since
        return self._waited + (self._now() - since if since is not None else 0.0)


_clock: ContextVar[StateClock | None] = ContextVar("state_clock", default=None)


@contextmanager
def stopped() -> Iterator[None]:
    """Stops the clock of the calling state, if there is one."""
    clock = _clock.get()
    if clock is None:
        yield
        return
    with clock.stopped():
        yield


@contextmanager
def running() -> Iterator[None]:
    """Sets a new clock for a state."""
    token = _clock.set(StateClock())
    try:
        yield
    finally:
        _clock.reset(token)


class Ended(threading.Event):
    """The event of a state's end, for which LocalStack waits with the state's timeout."""

    def __init__(self) -> None:
        super().__init__()
        self._clock = _clock.get() or StateClock()

    def wait(self, timeout: float | None = None) -> bool:
        """Waits for the timeout, extended by the time that the state's clock was stopped."""
        if timeout is None:
            return super().wait()
        began = time.monotonic()
        while (left := timeout + self._clock.waited_s - (time.monotonic() - began)) > 0:
            if super().wait(max(left, LOOK_AGAIN_S)):
                return True
        return self.is_set()


class StateThread(PooledThread):
    """The thread that runs a state, with the clock of that state."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._state_clock = _clock.get()

    def run(self) -> None:
        """Sets the clock, and runs the state."""
        _clock.set(self._state_clock)
        super().run()

"""The timer that the services share: it calls functions when their time has come.

One thread sleeps until the next time, and for good while there is none.
"""

from __future__ import annotations

import heapq
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import count

LOG = logging.getLogger(__name__)
CALLS_AT_A_TIME = 8
# A machine that slept goes on with its clock set forward: the time left is looked at again.
LONGEST_SLEEP_S = 60.0
SPARE = 64  # cancelled entries that may lie in the heap besides those that count

Action = Callable[[], object]


@cache
def timer() -> Timer:
    """The shared instance."""
    return Timer()


class Timer:
    """Calls each function once, in one of a few threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, str]] = []
        self._actions: dict[str, tuple[int, Action]] = {}
        self._numbers = count()
        self._thread: threading.Thread | None = None
        self._pool = ThreadPoolExecutor(CALLS_AT_A_TIME, thread_name_prefix="timer")

    def set(self, key: str, when: float, action: Action) -> None:
        """Calls `action` at `when` (Unix time), in place of what was set for the key."""
        with self._changed:
            self._set(key, when, next(self._numbers), action)

    def after(self, pause_s: float, action: Action) -> None:
        """Calls `action` after a pause. It cannot be cancelled."""
        with self._changed:
            number = next(self._numbers)
            self._set(f"after {number}", time.time() + pause_s, number, action)

    def cancel(self, key: str) -> None:
        """Forgets what was set for the key, if anything was."""
        with self._changed:
            self._actions.pop(key, None)

    def _set(self, key: str, when: float, number: int, action: Action) -> None:
        self._actions[key] = (number, action)
        if len(self._due) > 2 * len(self._actions) + SPARE:
            self._due = [entry for entry in self._due if self._counts(entry)]
            heapq.heapify(self._due)
        heapq.heappush(self._due, (when, number, key))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="timer", daemon=True)
            self._thread.start()
        self._changed.notify()

    def _counts(self, entry: tuple[float, int, str]) -> bool:
        _, number, key = entry
        return self._actions.get(key, (None,))[0] == number

    def _run(self) -> None:
        while True:
            self._pool.submit(_call, self._next())

    def _next(self) -> Action:
        """Waits for the next action whose time has come."""
        with self._changed:
            while True:
                if not self._due:
                    self._changed.wait()
                elif (left := self._due[0][0] - time.time()) > 0:
                    self._changed.wait(min(left, LONGEST_SLEEP_S))
                elif self._counts(entry := heapq.heappop(self._due)):
                    return self._actions.pop(entry[2])[1]


def _call(action: Action) -> None:
    try:
        action()
    except Exception:
        LOG.exception("What the timer called failed")

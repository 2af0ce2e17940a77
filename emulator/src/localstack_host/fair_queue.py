"""A FIFO queue that limits how many tasks run at a time.

A task that waits for something else is idle: it releases its slot, and does not queue again when it
continues. A task that has shown no activity for a while counts as idle. This prevents deadlocks
between tasks that wait for each other (a workflow that starts another one, a function that calls
itself).

Fewer may be busy at a time than there are slots: on two processors eight tasks at a time all end
late, and three at a time end one after the other, the first of them after a third of the time. One
that shows no activity for a moment may be waiting for anything, and does not count as busy.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable

SILENCE_S = 10.0  # far longer than a task runs without activity
MOMENT_S = 0.5  # longer than most functions run

Begin = Callable[[], object]


class FairQueue:
    """A queue with so many slots. Call `start_next` regularly: silence frees slots, too.

    At most `busy` tasks that have been active within a moment run at a time; all that have slots
    if it is None.
    """

    def __init__(
        self,
        slots: int,
        silence_s: float = SILENCE_S,
        clock: Callable[[], float] = time.monotonic,
        busy: int | None = None,
    ) -> None:
        self._slots = slots
        self._busy = slots if busy is None else min(busy, slots)
        self._silence_s = silence_s
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: dict[Hashable, Begin] = {}
        self._last_active: dict[Hashable, float] = {}  # the running tasks

    def submit(self, task: Hashable, begin: Begin) -> None:
        """Calls `begin` when a slot is free: now, or later from another thread."""
        with self._lock:
            self._last_active.pop(task, None)  # `mark_active` may have been called before
            self._waiting[task] = begin
        self.start_next()

    def withdraw(self, task: Hashable) -> bool:
        """Removes a waiting task from the queue. Returns False if it was not waiting."""
        with self._lock:
            return self._waiting.pop(task, None) is not None

    def mark_active(self, task: Hashable) -> None:
        """Records activity of a task: it runs, or has continued."""
        self._last_active[task] = self._clock()

    def release(self, task: Hashable) -> None:
        """Releases the slot of a task that has ended, or is idle until `mark_active`."""
        with self._lock:
            self._last_active.pop(task, None)
        if self._waiting:
            self.start_next()

    def start_next(self) -> None:
        """Starts waiting tasks for which there are slots."""
        for begin in self._next():
            begin()

    def wait(self, task: Hashable) -> None:
        """Waits for a slot."""
        started = threading.Event()
        self.submit(task, started.set)
        started.wait()

    @property
    def waiting(self) -> int:
        """The number of waiting tasks."""
        return len(self._waiting)

    @property
    def running(self) -> int:
        """The number of running tasks."""
        return len(self._last_active)

    def _next(self) -> list[Begin]:
        with self._lock:
            self._release_silent()
            now = self._clock()
            free = max(
                min(self._slots - len(self._last_active), self._busy - self._at_work(now)), 0
            )
            chosen = list(self._waiting)[:free] if self._waiting else []
            self._last_active |= dict.fromkeys(chosen, now)
            return [self._waiting.pop(task) for task in chosen]

    def _at_work(self, now: float) -> int:
        return sum(now - at < MOMENT_S for at in list(self._last_active.values()))

    def _release_silent(self) -> None:
        until = self._clock() - self._silence_s
        for task in [task for task, at in list(self._last_active.items()) if at < until]:
            self._last_active.pop(task, None)

"""Who works now and who waits: no more at a time than a machine carries, in the order they came.

Waiting for something else is not work. Who rests gives the turn to the next and does not wait for
another one afterwards. Who has not been heard of for a while is taken to be resting: so nobody
waits for ever for somebody who waits for the same turns (a workflow that starts another one, a
function that calls itself).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable

SILENCE_S = 10.0  # far more than what works here needs between two signs of life

Begin = Callable[[], object]


class Turns:
    """Gives out `places` turns. Somebody has to call `give` now and then: time frees turns, too."""

    def __init__(
        self,
        places: int,
        silence_s: float = SILENCE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._places = places
        self._silence_s = silence_s
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: dict[Hashable, Begin] = {}
        self._heard_of: dict[Hashable, float] = {}  # those who work, and when

    def take(self, who: Hashable, begin: Begin) -> None:
        """Calls `begin` when it is this one's turn: now, or later from another thread."""
        with self._lock:
            self._heard_of.pop(who, None)  # it may have said that it is there
            self._waiting[who] = begin
        self.give()

    def withdraw(self, who: Hashable) -> bool:
        """Takes somebody who waits out of the queue; False if its turn has come already."""
        with self._lock:
            return self._waiting.pop(who, None) is not None

    def hear(self, who: Hashable) -> None:
        """A sign of life: it works, or works again."""
        self._heard_of[who] = self._clock()

    def end(self, who: Hashable) -> None:
        """It has done its work, or rests until `hear`."""
        with self._lock:
            self._heard_of.pop(who, None)
        if self._waiting:
            self.give()

    def give(self) -> None:
        """Lets those begin for whom there are turns."""
        for begin in self._next():
            begin()

    def wait(self, who: Hashable) -> None:
        """Returns when it is this one's turn."""
        come = threading.Event()
        self.take(who, come.set)
        come.wait()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @property
    def working(self) -> int:
        """How many have a turn."""
        return len(self._heard_of)

    def _next(self) -> list[Begin]:
        with self._lock:
            self._forget_silent()
            free = max(self._places - len(self._heard_of), 0)
            chosen = list(self._waiting)[:free] if self._waiting else []
            now = self._clock()
            self._heard_of |= dict.fromkeys(chosen, now)
            return [self._waiting.pop(who) for who in chosen]

    def _forget_silent(self) -> None:
        until = self._clock() - self._silence_s
        for who in [who for who, at in list(self._heard_of.items()) if at < until]:
            self._heard_of.pop(who, None)

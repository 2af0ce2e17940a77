"""Many buyers at once, and what became of each."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from lab.console.drawing.shown import Picture, Shown
from lab.lessons import plots
from lab.lessons.tabular import Table


@dataclass(frozen=True)
class Attempt:
    """One buyer's try: when it began and ended (seconds from the start), and its result.

    `result` is what the buyer's function gave, or the name of the error that it raised.
    """

    buyer: int
    began: float
    ended: float
    result: Any
    error: Exception | None = None

    @property
    def outcome(self) -> str:
        """The result in words, to count and to colour by."""
        return type(self.error).__name__ if self.error else str(self.result)


@dataclass(frozen=True, repr=False)
class Race(Shown):
    """What became of all buyers, by their number."""

    attempts: Sequence[Attempt]

    @property
    def outcomes(self) -> Counter[str]:
        """How often each outcome occurred."""
        return Counter(attempt.outcome for attempt in self.attempts)

    def count(self, outcome: object) -> int:
        """How many buyers ended so."""
        return self.outcomes[str(outcome)]

    def plot(self, title: str = "") -> Picture:
        """A bar for each buyer, from the first to the last moment, coloured by outcome."""
        return plots.race(self.attempts, title or f"{len(self.attempts)} buyers at once")

    def _counts(self) -> Table:
        return Table(("outcome", "buyers"), self.outcomes.most_common())

    def html(self) -> str:
        """The outcomes and how often they occurred."""
        return self._counts().html()

    def text(self) -> str:
        """The same in plain text."""
        return self._counts().text()


def race(buyer: Callable[[int], Any], buyers: int = 20) -> Race:
    """Calls `buyer(number)` for every number at the same moment, each in a thread of its own."""
    start = threading.Barrier(buyers)

    def run(number: int) -> Attempt:
        start.wait()
        return _attempt(buyer, number)

    with ThreadPoolExecutor(buyers) as pool:
        attempts = list(pool.map(run, range(1, buyers + 1)))
    return Race([_from(attempt, min(a.began for a in attempts)) for attempt in attempts])


def outcome(call: Callable[[], Any]) -> str:
    """What becomes of a single call, in words: its result, or the name of its error."""
    return _attempt(lambda _buyer: call(), 1).outcome


def _attempt(buyer: Callable[[int], Any], number: int) -> Attempt:
    began = time.monotonic()
    try:
        result, error = buyer(number), None
    except Exception as raised:
        result, error = None, raised
    return Attempt(number, began, time.monotonic(), result, error)


def _from(attempt: Attempt, start: float) -> Attempt:
    times = {"began": attempt.began - start, "ended": attempt.ended - start}
    return Attempt(attempt.buyer, result=attempt.result, error=attempt.error, **times)


@dataclass(frozen=True, repr=False)
class Timings(Shown):
    """How long calls took, in milliseconds."""

    ms: Sequence[float]

    @property
    def p50(self) -> float:
        """Half of the calls took no longer (ms)."""
        return self._percentile(50)

    @property
    def p95(self) -> float:
        """Nineteen of twenty calls took no longer (ms)."""
        return self._percentile(95)

    def _percentile(self, percent: int) -> float:
        if len(self.ms) == 1:
            return self.ms[0]
        return quantiles(self.ms, n=100, method="inclusive")[percent - 1]

    def plot(self, title: str = "How long it took") -> Picture:
        """A histogram with p50 and p95."""
        return plots.histogram(self, title)

    def html(self) -> str:
        """The figures in one line."""
        return f"<div>{self.text()}</div>"

    def text(self) -> str:
        """The figures in one line."""
        return f"{len(self.ms)} calls: p50 {self.p50:.0f} ms, p95 {self.p95:.0f} ms"


def timings(call: Callable[[], object], times: int = 20) -> Timings:
    """Makes a call again and again, one after the other, and takes the time."""
    return Timings([_ms(call) for _ in range(times)])


def _ms(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - began)

"""Runs many buyers at once, and records the outcome of each."""

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
    """One buyer's attempt: its begin and end in seconds from the start, and its result.

    `result` is the result of the buyer's function; None if it raised `error`.
    """

    buyer: int
    began: float
    ended: float
    result: Any
    error: Exception | None = None

    @property
    def outcome(self) -> str:
        """The result as text, or the name of the error."""
        return type(self.error).__name__ if self.error else str(self.result)


@dataclass(frozen=True, repr=False)
class Race(Shown):
    """The attempts of all buyers."""

    attempts: Sequence[Attempt]

    @property
    def outcomes(self) -> Counter[str]:
        """How often each outcome occurred."""
        return Counter(attempt.outcome for attempt in self.attempts)

    def count(self, outcome: object) -> int:
        """The number of buyers with this outcome."""
        return self.outcomes[str(outcome)]

    def plot(self, title: str = "") -> Picture:
        """A bar for each buyer over time, coloured by outcome."""
        return plots.race(self.attempts, title or f"{len(self.attempts)} buyers at once")

    def _counts(self) -> Table:
        return Table(("outcome", "buyers"), self.outcomes.most_common())

    def html(self) -> str:
        """The number of buyers for each outcome."""
        return self._counts().html()

    def text(self) -> str:
        """The same in plain text."""
        return self._counts().text()


def race(buyer: Callable[[int], Any], buyers: int = 20) -> Race:
    """Calls `buyer(number)` for every number from 1 at the same time, each in its own thread."""
    start = threading.Barrier(buyers)

    def run(number: int) -> Attempt:
        start.wait()
        return _attempt(buyer, number)

    with ThreadPoolExecutor(buyers) as pool:
        attempts = list(pool.map(run, range(1, buyers + 1)))
    return Race([_relative(attempt, min(a.began for a in attempts)) for attempt in attempts])


def outcome(call: Callable[[], Any]) -> str:
    """The outcome of a single call: its result as text, or the name of its error."""
    return _attempt(lambda _buyer: call(), 1).outcome


def _attempt(buyer: Callable[[int], Any], number: int) -> Attempt:
    began = time.monotonic()
    try:
        result, error = buyer(number), None
    except Exception as raised:
        result, error = None, raised
    return Attempt(number, began, time.monotonic(), result, error)


def _relative(attempt: Attempt, start: float) -> Attempt:
    times = {"began": attempt.began - start, "ended": attempt.ended - start}
    return Attempt(attempt.buyer, result=attempt.result, error=attempt.error, **times)


@dataclass(frozen=True, repr=False)
class Timings(Shown):
    """The durations of calls, in milliseconds."""

    ms: Sequence[float]

    @property
    def p50(self) -> float:
        """The median in milliseconds."""
        return self._percentile(50)

    @property
    def p95(self) -> float:
        """The 95th percentile in milliseconds."""
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
    """Measures a call repeatedly, one after the other."""
    return Timings([_ms(call) for _ in range(times)])


def _ms(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - began)

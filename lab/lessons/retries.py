"""Computes the effect of a state's `Retry`: its longest time, and when clients return.

The rules are those of the Amazon States Language:
https://states-language.net/spec.html#errors
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

Retrier = Mapping[str, Any]
BIN_S = 0.25


def never_retried(machine: Mapping[str, Any]) -> dict[str, set[str]]:
    """The errors of each state that are never retried, without states that have none."""
    errors_by_state = {
        name: {
            error
            for retrier in state.get("Retry", ())
            if retrier.get("MaxAttempts", 3) == 0
            for error in retrier["ErrorEquals"]
        }
        for name, state in machine["States"].items()
    }
    return {name: errors for name, errors in errors_by_state.items() if errors}


def waits(retrier: Retrier) -> list[float]:
    """The longest wait before each retry, in seconds; jitter only shortens it."""
    first, rate = retrier.get("IntervalSeconds", 1), retrier.get("BackoffRate", 2.0)
    most = retrier.get("MaxDelaySeconds", float("inf"))
    return [min(most, first * rate**n) for n in range(retrier.get("MaxAttempts", 3))]


def arrivals(retrier: Retrier, clients: int, jitter: bool) -> list[tuple[float, int]]:
    """Counts the retries of clients in each quarter of a second.

    All `clients` fail at second 0, and again at each retry. The result is the same in every run.
    """
    rng = random.Random(1)  # noqa: S311
    times = [time for _ in range(clients) for time in _times(retrier, jitter, rng)]
    counted = Counter(int(time / BIN_S) for time in times)
    return [(BIN_S * n, counted[n]) for n in range(max(counted) + 2)]


def _times(retrier: Retrier, jitter: bool, rng: random.Random) -> list[float]:
    """The times of one client's retries, in seconds."""
    now, times = 0.0, []
    for wait in waits(retrier):
        now += rng.uniform(0, wait) if jitter else wait
        times.append(now)
    return times


def longest(state: Mapping[str, Any]) -> float:
    """The maximum duration of a task in seconds: all attempts time out, with the longest waits.

    Uses the last retrier, which is the one for `States.ALL`.
    """
    retrier = state["Retry"][-1]
    tries = int(retrier.get("MaxAttempts", 3)) + 1
    return tries * float(state["TimeoutSeconds"]) + sum(waits(retrier))

"""What a state's `Retry` adds up to: how long it may take, and when a crowd comes back.

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
    """By state, the errors after which it is never tried again; states without any are left out."""
    found = {
        name: {
            error
            for retrier in state.get("Retry", ())
            if retrier.get("MaxAttempts", 3) == 0
            for error in retrier["ErrorEquals"]
        }
        for name, state in machine["States"].items()
    }
    return {name: errors for name, errors in found.items() if errors}


def waits(retrier: Retrier) -> list[float]:
    """The longest pause before each retry, in seconds; jitter only makes it shorter."""
    first, rate = retrier.get("IntervalSeconds", 1), retrier.get("BackoffRate", 2.0)
    most = retrier.get("MaxDelaySeconds", float("inf"))
    return [min(most, first * rate**n) for n in range(retrier.get("MaxAttempts", 3))]


def arrivals(retrier: Retrier, clients: int, jitter: bool) -> list[tuple[float, int]]:
    """How many retries of `clients` that failed together arrive in each quarter of a second.

    They fail at second 0, and at once again at each retry. The chances are the same in every run.
    """
    chance = random.Random(1)  # noqa: S311
    times = [time for _ in range(clients) for time in _times(retrier, jitter, chance)]
    counted = Counter(int(time / BIN_S) for time in times)
    return [(BIN_S * n, counted[n]) for n in range(max(counted) + 2)]


def _times(retrier: Retrier, jitter: bool, chance: random.Random) -> list[float]:
    """When one client comes back, in seconds."""
    now, times = 0.0, []
    for wait in waits(retrier):
        now += chance.uniform(0, wait) if jitter else wait
        times.append(now)
    return times


def longest(state: Mapping[str, Any]) -> float:
    """The seconds after which a task has surely ended: each try times out, each pause is whole.

    The last retrier counts, which is the one for `States.ALL`.
    """
    retrier = state["Retry"][-1]
    tries = int(retrier.get("MaxAttempts", 3)) + 1
    return tries * float(state["TimeoutSeconds"]) + sum(waits(retrier))

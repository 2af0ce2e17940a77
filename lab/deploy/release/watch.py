"""Watches an environment's alarms for a while after a release."""

from __future__ import annotations

import time
from collections.abc import Callable

from lab.core import recheck
from lab.core.target import Target
from lab.shop import alarms

POLL_S = 10.0


def watch(
    target: Target, seconds: float, pause: Callable[[float], object] = time.sleep
) -> list[str]:
    """Returns the alarms that were raised within the time, as soon as there is one.

    An alarm that was raised before the release does not count until it has recovered.
    """
    deadline = time.monotonic() + seconds
    earlier = raised(target)
    while time.monotonic() < deadline:
        pause(min(POLL_S, max(0.0, deadline - time.monotonic())))
        current = recheck.read(lambda: raised(target), earlier.issuperset, pause)
        if new := sorted(current - earlier):
            return new
        earlier &= current
    return []


def raised(target: Target) -> set[str]:
    """Returns the short names of the environment's raised alarms."""
    return {alarm.name for alarm in alarms.read(target) if alarm.rings}

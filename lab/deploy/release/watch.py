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
    """The alarms that were raised within the time, as soon as there is one; none if all is well.

    One that was raised before is not the release's, and does not count until it was quiet.
    """
    ends = time.monotonic() + seconds
    old = raised(target)
    while time.monotonic() < ends:
        pause(min(POLL_S, max(0.0, ends - time.monotonic())))
        now = recheck.read(lambda: raised(target), old.issuperset, pause)
        if new := sorted(now - old):
            return new
        old &= now
    return []


def raised(target: Target) -> set[str]:
    """The short names of the environment's alarms that are raised now."""
    return {alarm.name for alarm in alarms.read(target) if alarm.rings}

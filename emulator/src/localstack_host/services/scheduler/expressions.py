"""Schedule expressions: when a schedule invokes its target.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from localstack_host.services.scheduler.cron import Cron

AT = re.compile(r"at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)")
RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
CRON = re.compile(r"cron\((.+)\)")
TIME_ZONE = "UTC"  # if none is named


class Expression(Protocol):
    """What all schedule expressions have."""

    def next(self, earliest: datetime) -> datetime | None:
        """The first occurrence that is not before `earliest`; None if there is none."""


@dataclass(frozen=True)
class Once:
    """A one-time schedule."""

    moment: datetime

    def next(self, _earliest: datetime) -> datetime | None:
        """Its time, also one that has passed: such a schedule invokes its target at once."""
        return self.moment


@dataclass(frozen=True)
class Rate:
    """A regular interval, from the first occurrence on. A day has 24 hours."""

    interval: timedelta
    first: datetime

    def next(self, earliest: datetime) -> datetime | None:
        """The first occurrence that is not before `earliest`."""
        missed = max(-((self.first - earliest) // self.interval), 0)
        return self.first + missed * self.interval


def parsed(text: str, zone_name: str | None, first: datetime) -> Expression:
    """The expression that a text has; `first` is when a rate begins.

    Raises ValueError, and ZoneInfoNotFoundError (a KeyError) for a zone that there is not.
    """
    zone = ZoneInfo(zone_name or TIME_ZONE)
    if match := AT.fullmatch(text):
        return Once(datetime.fromisoformat(match[1]).replace(tzinfo=zone).astimezone(UTC))
    if match := RATE.fullmatch(text):
        interval = timedelta(**{f"{match[2]}s": int(match[1])})
        if not interval:
            raise ValueError("a rate is a positive number")
        return Rate(interval, first)
    if match := CRON.fullmatch(text):
        return Cron.of(match[1], zone)
    raise ValueError(f"{text} is no schedule expression")

"""When each schedule invokes its target next, and what happens then.

What is missed while the emulator is stopped: a one-time schedule invokes its target at the next
start, as one whose time has passed does on AWS; a recurring one goes on with its next occurrence.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from moto.scheduler.models import scheduler_backends

from localstack_host.services.scheduler.expressions import AT, Once, parsed
from localstack_host.services.scheduler.invocation import Invocation
from localstack_host.services.timer import timer

# A flexible time window may have 24 hours, and AWS invokes at any moment of it. Here it is one of
# the first minute, so that nobody waits longer, and a schedule of every minute keeps all its
# occurrences: docs/parity.md.
LONGEST_DELAY_S = 60.0
ENABLED, DELETE, FLEXIBLE = "ENABLED", "DELETE", "FLEXIBLE"
TICK = timedelta(seconds=1)  # after an occurrence, the next one is looked for
# What is later than this was missed, as by a machine that slept: only the last one is made up for.
LATEST = timedelta(minutes=2)


def plan(schedule: Any, earliest: datetime) -> bool:
    """Sets the timer for the first occurrence that is not before `earliest`, if there is one.

    `schedule` is moto's; returns whether there is an occurrence.
    """
    occurrence = following(schedule, earliest)
    if occurrence is None:
        timer().cancel(schedule.arn)
        return False
    when = occurrence.timestamp() + _delay_s(schedule)
    timer().set(schedule.arn, when, partial(_invoke, schedule, occurrence))
    return True


def plan_all() -> None:
    """Sets the timer for all schedules, after a load."""
    for schedule in _schedules():
        plan(schedule, datetime.now(UTC))


def following(schedule: Any, earliest: datetime) -> datetime | None:
    """The first occurrence of an enabled schedule that is not before `earliest`."""
    if schedule.state != ENABLED or getattr(schedule, "completed", False):
        return None
    start = _moment(schedule.start_date)
    begins = start or datetime.fromtimestamp(schedule.last_modified_date, UTC)
    zone = schedule.schedule_expression_timezone
    expression = parsed(schedule.schedule_expression, zone, begins)
    if isinstance(expression, Once):
        return expression.moment
    occurrence = expression.next(max(earliest, start or earliest))
    end = _moment(schedule.end_date)
    return None if occurrence and end and occurrence > end else occurrence


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _delay_s(schedule: Any) -> float:
    """How far into its flexible time window an invocation is."""
    window = schedule.flexible_time_window
    if window["Mode"] != FLEXIBLE:
        return 0.0
    width_s = 60.0 * window["MaximumWindowInMinutes"]
    return random.uniform(0.0, min(width_s, LONGEST_DELAY_S))  # noqa: S311


def _invoke(schedule: Any, occurrence: datetime) -> None:
    if not _exists(schedule):
        return
    schedule.completed = AT.fullmatch(schedule.schedule_expression) is not None
    modified = schedule.last_modified_date
    continues = plan(schedule, max(occurrence + TICK, datetime.now(UTC) - LATEST))
    Invocation(
        schedule=schedule.arn,
        target=schedule.target,
        scheduled=occurrence,
        began=time.monotonic(),
        ended=_nothing if continues else partial(_complete, schedule, modified),
    ).attempt()


def _nothing() -> None:
    """Other invocations follow."""


def _complete(schedule: Any, modified: float) -> None:
    """Deletes a schedule that has invoked its target for the last time, if that is configured."""
    unchanged = schedule.last_modified_date == modified and _exists(schedule)
    if unchanged and schedule.action_after_completion == DELETE:
        _group(schedule).delete_schedule(schedule.name)


def _exists(schedule: Any) -> bool:
    group = _group(schedule)
    return group is not None and group.schedules.get(schedule.name) is schedule


def _group(schedule: Any) -> Any:
    _, _, _, region, account, _ = schedule.arn.split(":", 5)
    return scheduler_backends[account][region].schedule_groups.get(schedule.group_name)


def _schedules() -> Iterator[Any]:
    for regions in list(scheduler_backends.values()):
        for backend in list(dict.values(regions)):
            for group in list(backend.schedule_groups.values()):
                yield from list(group.schedules.values())

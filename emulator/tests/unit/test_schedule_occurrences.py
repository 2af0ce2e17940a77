"""When a stored schedule is due next, and what is planned after an invocation."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from moto.scheduler.models import Schedule, scheduler_backends

from localstack_host.services.scheduler import occurrences

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OFF: dict[str, Any] = {"Mode": "OFF"}


class Planned:
    """What the timer is set for, and which invocations were begun."""

    def __init__(self) -> None:
        self.actions: dict[str, tuple[float, Any]] = {}
        self.invoked: list[datetime] = []

    def set(self, key: str, when: float, action: Any) -> None:
        self.actions[key] = (when, action)

    def cancel(self, key: str) -> None:
        self.actions.pop(key, None)

    def invocation(self, scheduled: datetime, ended: Any, **_: Any) -> Any:
        self.invoked.append(scheduled)
        return SimpleNamespace(attempt=ended)

    def call(self, schedule: Any) -> None:
        self.actions.pop(schedule.arn)[1]()

    def due(self, schedule: Any) -> datetime:
        return datetime.fromtimestamp(self.actions[schedule.arn][0], UTC)


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> Planned:
    planned = Planned()
    monkeypatch.setattr(occurrences, "timer", lambda: planned)
    monkeypatch.setattr(occurrences, "Invocation", planned.invocation)
    return planned


@pytest.fixture
def group() -> Iterator[Any]:
    groups = scheduler_backends["000000000000"]["us-east-2"].schedule_groups
    yield groups["default"]
    groups["default"].schedules.clear()


def schedule(group: Any, expression: str, **more: Any) -> Any:
    described = {
        "description": None,
        "schedule_expression_timezone": None,
        "flexible_time_window": OFF,
        "target": {"Arn": "arn"},
        "state": "ENABLED",
        "kms_key_arn": None,
        "start_date": None,
        "end_date": None,
        "action_after_completion": "NONE",
        **more,
    }
    name = uuid.uuid4().hex
    made: Any = Schedule(
        "us-east-2", "000000000000", "default", name, schedule_expression=expression, **described
    )
    made.last_modified_date = NOON.timestamp()
    group.add_schedule(made)
    return made


@pytest.mark.parametrize(
    ("expression", "more", "expected"),
    [
        ("rate(5 minutes)", {}, NOON),
        ("cron(30 12 * * ? *)", {}, NOON + 30 * MINUTE),
        ("at(2026-11-28T13:00:00)", {}, NOON + 60 * MINUTE),
        ("at(2026-11-28T11:00:00)", {}, NOON - 60 * MINUTE),
        ("rate(5 minutes)", {"start_date": (NOON + MINUTE).timestamp()}, NOON + MINUTE),
        ("rate(5 minutes)", {"start_date": (NOON - MINUTE).timestamp()}, NOON + 4 * MINUTE),
        ("cron(30 12 * * ? *)", {"end_date": (NOON + 29 * MINUTE).timestamp()}, None),
        ("cron(30 12 * * ? *)", {"end_date": (NOON + 31 * MINUTE).timestamp()}, NOON + 30 * MINUTE),
        # The dates of one-time schedules are ignored.
        ("at(2026-11-28T13:00:00)", {"end_date": NOON.timestamp()}, NOON + 60 * MINUTE),
        ("rate(5 minutes)", {"state": "DISABLED"}, None),
    ],
)
def test_the_next_occurrence(
    group: Any, expression: str, more: dict[str, Any], expected: datetime | None
) -> None:
    assert occurrences.following(schedule(group, expression, **more), NOON) == expected


def test_a_flexible_window_delays_for_a_minute_at_most(planned: Planned, group: Any) -> None:
    window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}
    some = [schedule(group, "rate(1 hour)", flexible_time_window=window) for _ in range(50)]
    for one in some:
        assert occurrences.plan(one, NOON)
    delays = {planned.due(one) - NOON for one in some}
    assert len(delays) > 1
    assert all(timedelta() <= delay <= MINUTE for delay in delays)


def test_a_recurring_schedule_goes_on(planned: Planned, group: Any) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    recurring = schedule(group, "rate(1 minute)")
    recurring.last_modified_date = now.timestamp()
    occurrences.plan(recurring, now)
    planned.call(recurring)
    assert planned.invoked == [now]
    assert planned.due(recurring) == now + MINUTE
    assert recurring.name in group.schedules


def test_what_a_sleeping_machine_has_missed_is_left_out(planned: Planned, group: Any) -> None:
    before = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
    recurring = schedule(group, "rate(1 hour)")
    recurring.last_modified_date = before.timestamp()
    occurrences.plan(recurring, before)
    planned.call(recurring)
    assert planned.due(recurring) == before + timedelta(hours=3)


@pytest.mark.parametrize(("action", "stays"), [("NONE", True), ("DELETE", False)])
def test_a_one_time_schedule_is_over_after_it(
    planned: Planned, group: Any, action: str, stays: bool
) -> None:
    once = schedule(group, "at(2026-11-28T11:00:00)", action_after_completion=action)
    occurrences.plan(once, NOON)
    planned.call(once)
    assert planned.invoked == [NOON - 60 * MINUTE]
    assert planned.actions == {}
    assert (once.name in group.schedules) is stays
    occurrences.plan_all()
    assert planned.actions == {}


def test_one_that_was_deleted_or_changed_meanwhile_is_left_alone(
    planned: Planned, group: Any
) -> None:
    deleted = schedule(group, "at(2026-11-28T11:00:00)")
    occurrences.plan(deleted, NOON)
    group.delete_schedule(deleted.name)
    planned.call(deleted)
    assert planned.invoked == []

    changed = schedule(group, "at(2026-11-28T11:00:00)", action_after_completion="DELETE")
    occurrences._complete(changed, changed.last_modified_date - 1)
    assert changed.name in group.schedules

"""When rules with a schedule run: at AWS's times, once, and only as long as they are enabled."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from localstack.services.events.models import EventBus, Rule, events_stores
from localstack.services.events.rule import RuleService

from localstack_host.services.events import scheduled_rules

ACCOUNT, REGION = "000000000000", "us-east-2"
NOON = datetime(2026, 11, 28, 12, 0, 30, tzinfo=UTC)  # a Saturday


class Clock(datetime):
    """A clock that stands still."""

    at = NOON

    @classmethod
    def now(cls, _zone: Any = None) -> datetime:
        return cls.at


class Timer:
    """A timer whose actions the test calls."""

    def __init__(self) -> None:
        self.set_for: dict[str, tuple[float, Any]] = {}

    def set(self, key: str, when: float, action: Any) -> None:
        self.set_for[key] = (when, action)

    def next(self) -> str:
        """When the one action is due; calls it then."""
        ((key, (when, action)),) = self.set_for.items()
        del self.set_for[key]
        Clock.at = datetime.fromtimestamp(when, UTC)
        action()
        return f"{Clock.at:%a %d %H:%M}"


@pytest.fixture
def timer(monkeypatch: pytest.MonkeyPatch) -> Timer:
    timer = Timer()
    monkeypatch.setattr(scheduled_rules, "timer", lambda: timer)
    monkeypatch.setattr(scheduled_rules, "datetime", Clock)
    monkeypatch.setattr(Clock, "at", NOON)
    return timer


@pytest.fixture
def bus() -> Iterator[EventBus]:
    buses = events_stores[ACCOUNT][REGION].event_buses
    name = f"bus-{uuid.uuid4().hex[:8]}"
    buses[name] = EventBus(name=name, region=REGION, account_id=ACCOUNT)
    yield buses[name]
    del buses[name]


class Planned:
    """A rule on a bus, and how often it ran."""

    def __init__(self, bus: EventBus, expression: str, name: str = "rule") -> None:
        self.runs = 0
        self.rule = Rule(name, REGION, ACCOUNT, expression, event_bus_name=bus.name)
        bus.rules[name] = self.rule
        self.put_targets()

    def put_targets(self) -> None:
        scheduled_rules.plan(RuleService(self.rule), self.run)

    def run(self) -> None:
        self.runs += 1


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("rate(5 minutes)", ["Sat 28 12:05", "Sat 28 12:10", "Sat 28 12:15"]),
        ("rate(1 day)", ["Sun 29 12:00", "Mon 30 12:00", "Tue 01 12:00"]),
        ("cron(0 8 ? * 2 *)", ["Mon 30 08:00", "Mon 07 08:00", "Mon 14 08:00"]),
        ("cron(0/30 12 ? * SAT *)", ["Sat 28 12:30", "Sat 05 12:00", "Sat 05 12:30"]),
    ],
)
def test_a_rule_runs_at_its_times(
    timer: Timer, bus: EventBus, expression: str, expected: list[str]
) -> None:
    planned = Planned(bus, expression)
    assert [timer.next() for _ in expected] == expected
    assert planned.runs == len(expected)


def test_a_rule_to_which_targets_were_added_runs_once_at_a_time(
    timer: Timer, bus: EventBus
) -> None:
    planned = Planned(bus, "rate(5 minutes)")
    planned.put_targets()
    timer.next()
    assert planned.runs == 1


def test_a_rule_runs_only_while_it_is_enabled(timer: Timer, bus: EventBus) -> None:
    planned = Planned(bus, "rate(5 minutes)")
    planned.rule.state = "DISABLED"
    timer.next()
    assert planned.runs == 0
    planned.rule.state = "ENABLED"
    timer.next()
    assert planned.runs == 1


@pytest.mark.parametrize("change", ["delete the rule", "replace the rule"])
def test_a_rule_that_is_gone_runs_no_more(timer: Timer, bus: EventBus, change: str) -> None:
    planned = Planned(bus, "rate(5 minutes)")
    if change == "replace the rule":
        bus.rules["rule"] = Rule("rule", REGION, ACCOUNT, event_bus_name=bus.name)
    else:
        bus.rules.clear()
    timer.next()
    assert (planned.runs, timer.set_for) == (0, {})


def test_what_a_sleeping_machine_has_missed_is_done_once(timer: Timer, bus: EventBus) -> None:
    planned = Planned(bus, "rate(1 hour)")
    ((_, action),) = timer.set_for.values()
    Clock.at = NOON + timedelta(hours=5, minutes=1)
    action()
    assert timer.next() == "Sat 28 18:00"
    assert planned.runs == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [("rate(1 day)", True), ("cron(0 8 * * ? *)", True), ("cron(0 8 5L-6L * ? *)", False)],
)
def test_a_schedule_is_one_that_can_be_planned(text: str, expected: bool) -> None:
    assert scheduled_rules.is_schedule(text) is expected

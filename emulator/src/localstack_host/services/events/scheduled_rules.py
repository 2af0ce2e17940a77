"""When rules with a schedule run, on the timer that all services share.

LocalStack looks once a minute at what is due within the next one. There, a rule runs once for each
PutTargets that it had, also if it is disabled, and cron's days of the week are those of Unix.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from localstack.services.events.models import events_stores

from localstack_host.services.scheduler.expressions import Expression, Rate, parsed
from localstack_host.services.timer import timer

DISABLED = "DISABLED"
TICK = timedelta(seconds=1)  # after an occurrence, the next one is looked for


def plan(service: Any, run: Callable[[], object]) -> None:
    """Sets the timer for a rule (of LocalStack's `service`), in place of what was set before.

    A rate begins now, and the rule runs when it has passed for the first time.
    """
    now = datetime.now(UTC)
    expression = parsed(service.rule.schedule_expression, None, now)
    if isinstance(expression, Rate):
        expression = Rate(expression.interval, now + expression.interval)
    _set(service.rule, run, expression, now)


def is_schedule(text: str) -> bool:
    """Whether a text is a schedule expression. LocalStack takes some that are none."""
    try:
        parsed(text, None, datetime.now(UTC))
    except (ValueError, OverflowError):
        return False
    return True


def _set(rule: Any, run: Callable[[], object], expression: Expression, earliest: datetime) -> None:
    occurrence = expression.next(earliest)
    if occurrence is not None:
        action = partial(_run, rule, run, expression, occurrence)
        timer().set(rule.arn, occurrence.timestamp(), action)


def _run(
    rule: Any, run: Callable[[], object], expression: Expression, occurrence: datetime
) -> None:
    """Runs a rule if it is enabled; one that was deleted or replaced is not looked at again."""
    if _current(rule) is not rule:
        return
    _set(rule, run, expression, max(occurrence + TICK, datetime.now(UTC)))
    if rule.state != DISABLED:
        run()


def _current(rule: Any) -> Any:
    buses = events_stores[rule.account_id][rule.region].event_buses
    bus = buses.get(rule.event_bus_name)
    return bus.rules.get(rule.name) if bus else None

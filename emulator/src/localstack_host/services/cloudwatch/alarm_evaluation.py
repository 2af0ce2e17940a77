"""Computes the state of an alarm from its values. Pure functions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Values = Sequence[float | None]
"""One value for each period; None for a period without data points."""

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


@dataclass(frozen=True)
class Rule:
    """The alarm's condition: `needed` of the last `periods` values breach `threshold`."""

    comparison: str
    threshold: float
    periods: int
    needed: int
    missing: str = "missing"

    @property
    def evaluation_range(self) -> int:
        """The evaluation range: more periods than are evaluated, in case some have no data."""
        return self.periods + max(self.periods // 3, 2)

    def is_breached_by(self, value: float) -> bool:
        """Whether a value is beyond the threshold."""
        return COMPARISONS[self.comparison](value, self.threshold)


def evaluate(values: Values, rule: Rule, previous: str) -> str:
    """Returns OK, ALARM or INSUFFICIENT_DATA.

    `values` are those of the evaluation range, the newest first; `previous` is the current state.
    """
    measured = [value for value in values if value is not None][: rule.periods]
    if not measured and rule.missing == "ignore":
        return previous
    if not measured and rule.missing == "missing":
        return "INSUFFICIENT_DATA"
    beyond = sum(map(rule.is_breached_by, measured))
    if rule.missing == "breaching":
        beyond += rule.periods - len(measured)
    if beyond >= rule.needed:
        return "ALARM"
    if rule.missing in ("missing", "ignore") and _will_be_breached(values, rule):
        return "ALARM" if rule.missing == "missing" else previous
    return "OK"


def _will_be_breached(values: Values, rule: Rule) -> bool:
    """Whether the little that was measured is beyond the threshold, and is old enough to count.

    Fewer values than are needed raise an alarm if the oldest of them would be needed.
    """
    known = [(age, value) for age, value in enumerate(values) if value is not None]
    if len(known) >= rule.needed or not all(rule.is_breached_by(value) for _, value in known):
        return False
    oldest, _ = known[-1]
    return rule.needed - 1 <= oldest < rule.periods

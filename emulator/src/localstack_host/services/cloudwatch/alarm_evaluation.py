"""Computes the state of an alarm from data points. Pure functions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Values = Sequence[float | None]
"""One value for each period, newest first; None for a period without data points."""

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
OPERATIONS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda a, b: a / b if b else math.nan,
}
PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?|100)")


class NotUnderstood(Exception):
    """Raised for a feature of CloudWatch that is not supported here."""


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


def evaluate(values: Values, rule: Rule, previous: str) -> str:
    """Returns OK, ALARM or INSUFFICIENT_DATA. `previous` is the current state."""
    measured = [value for value in values if value is not None][: rule.periods]
    if not measured and rule.missing == "ignore":
        return previous
    if not measured and rule.missing == "missing":
        return "INSUFFICIENT_DATA"
    beyond = sum(COMPARISONS[rule.comparison](value, rule.threshold) for value in measured)
    if rule.missing == "breaching":
        beyond += rule.periods - len(measured)
    return "ALARM" if beyond >= rule.needed else "OK"


def statistic(name: str, measured: Sequence[float]) -> float | None:
    """Sum, Average, Minimum, Maximum, SampleCount or a percentile (p99); None without values.

    Raises `NotUnderstood` for other statistics.
    """
    simple: Mapping[str, Callable[[Sequence[float]], float]] = {
        "Sum": sum,
        "Average": lambda some: sum(some) / len(some),
        "Minimum": min,
        "Maximum": max,
        "SampleCount": len,
    }
    percentile = PERCENTILE.fullmatch(name)
    if name not in simple and not percentile:
        raise NotUnderstood(name)
    if not measured:
        return None
    if percentile:
        return _percentile(sorted(measured), float(percentile[1]) / 100)
    return simple[name](measured)


def _percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that is not exceeded by at least this share of all values."""
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]


def compute(expression: str, series: Mapping[str, Values]) -> Values:
    """Metric math, period by period: numbers, ids of series, + - * / and FILL(id, number).

    Raises `NotUnderstood` for anything else.
    """
    try:
        tree = ast.parse(expression, mode="eval").body
    except SyntaxError as error:
        raise NotUnderstood(expression) from error
    count = max((len(values) for values in series.values()), default=0)
    return [_at(period, tree, series) for period in range(count)]


def _at(period: int, tree: ast.expr, series: Mapping[str, Values]) -> float | None:
    match tree:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in series:
            return series[name][period]
        case ast.Call(func=ast.Name(id="FILL"), args=[what, ast.Constant(value=int() as instead)]):
            value = _at(period, what, series)
            return float(instead) if value is None else value
        case ast.BinOp(left=left, op=operation, right=right) if type(operation) in OPERATIONS:
            operands = _at(period, left, series), _at(period, right, series)
            return _combined(OPERATIONS[type(operation)], *operands)
    raise NotUnderstood(ast.unparse(tree))


def _combined(
    operation: Callable[[float, float], float], left: float | None, right: float | None
) -> float | None:
    return None if left is None or right is None else operation(left, right)

"""The values of expressions (scalars, time series, arrays of time series), and their operators."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from localstack_host.services.cloudwatch.metric_math.syntax import InvalidExpression

MetricStat = Mapping[str, Any]


@dataclass(frozen=True)
class TimeSeries:
    """Values by the time when their period begins (Unix time, oldest first).

    `periods` are the beginnings of all periods that were asked for, with a value or without.
    """

    period_s: int
    periods: tuple[float, ...]
    values: Mapping[float, float]
    label: str = ""
    # The metric that it is of, or was computed from; for labels.
    stat: MetricStat | None = None
    units: tuple[str, ...] = field(default=())
    is_metric: bool = False

    def with_values(self, values: Mapping[float, float]) -> TimeSeries:
        """The same periods with other values; those that are no numbers have none."""
        kept = {at: value for at, value in values.items() if math.isfinite(value)}
        return replace(self, values=kept, units=(), is_metric=False)

    def mapped(self, function: Callable[[float], float]) -> TimeSeries:
        """Applies a function to each value. Where it fails, there is no value."""
        return self.with_values({at: attempt(function, value) for at, value in self.values.items()})


Array = tuple[TimeSeries, ...]
Value = float | TimeSeries | Array
"""A scalar that there is none of, such as 1/0, is NaN."""


def attempt(function: Callable[..., float], *numbers: float) -> float:
    """The result; NaN if there is none, as of a division by zero."""
    if any(map(math.isnan, numbers)):
        return math.nan
    try:
        return float(function(*numbers))
    except (ArithmeticError, ValueError):
        return math.nan


Operator = Callable[[float, float], float]
OPERATORS: Mapping[str, Operator] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": math.pow,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "&&": lambda left, right: bool(left and right),
    "||": lambda left, right: bool(left or right),
}


def combine(name: str, left: Value, right: Value) -> Value:
    """Applies an operator to scalars, time series, and each element of an array.

    If one of two time series has no value at a time, it counts as 0 there. Raises
    `InvalidExpression` for two arrays.
    """
    function = OPERATORS[name]
    match left, right:
        case float(), float():
            return attempt(function, left, right)
        case TimeSeries(), float() | TimeSeries():
            return _combined(function, left, right)
        case tuple(), float() | TimeSeries():
            return tuple(_combined(function, each, right) for each in left)
        case float(), TimeSeries():
            return _combined(_turned(function), right, left)
        case float() | TimeSeries(), tuple():
            return tuple(_combined(_turned(function), each, left) for each in right)
    types = f"'{kind(left)}' and '{kind(right)}'"
    raise InvalidExpression(f"unsupported operand types for {name}: {types}")


def _turned(function: Operator) -> Operator:
    return lambda right, left: function(left, right)


def _combined(function: Operator, series: TimeSeries, other: float | TimeSeries) -> TimeSeries:
    """The label is that of `series`."""
    if isinstance(other, float):
        return series.mapped(lambda value: attempt(function, value, other))
    times = sorted(series.values.keys() | other.values.keys())
    values = {
        at: attempt(function, series.values.get(at, 0.0), other.values.get(at, 0.0)) for at in times
    }
    return over((series, other)).with_values(values)


def over(array: Array) -> TimeSeries:
    """The periods of several time series together, without values; the label is the first's."""
    first = array[0]
    if all(each.periods == first.periods for each in array):
        return first.with_values({})
    periods = tuple(sorted({at for each in array for at in each.periods}))
    shortest = min(each.period_s for each in array)
    return replace(first.with_values({}), periods=periods, period_s=shortest)


def kind(value: object) -> str:
    """The name of a value's type in AWS's documentation, for messages."""
    match value:
        case float():
            return "Scalar"
        case TimeSeries():
            return "TimeSeries"
        case tuple():
            return "TimeSeries[]"
    return "String"

"""Data points of metrics, and the statistics that are computed from them. Pure functions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass


class NotUnderstood(Exception):
    """Raised for a feature of CloudWatch that is not supported here."""


@dataclass(frozen=True)
class DataPoint:
    """A statistic set. A single value is one with a count of 1."""

    count: float
    total: float
    least: float
    most: float

    @classmethod
    def of(cls, value: float, count: float = 1) -> DataPoint:
        """A value that was measured `count` times."""
        return cls(count, value * count, value, value)

    @property
    def is_of_one_value(self) -> bool:
        """Whether all values in it are known: percentiles cannot be computed of other sets."""
        return self.least == self.most


DataPoints = Sequence[DataPoint]


def sample_count(points: DataPoints) -> float:
    """How many values there are."""
    return sum(point.count for point in points)


SIMPLE: Mapping[str, Callable[[DataPoints], float]] = {
    "Sum": lambda points: sum(point.total for point in points),
    "Average": lambda points: sum(point.total for point in points) / sample_count(points),
    "Minimum": lambda points: min(point.least for point in points),
    "Maximum": lambda points: max(point.most for point in points),
    "SampleCount": sample_count,
}
PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?|100)")
SHORT_TRIM = re.compile(r"(tm|tc|ts|wm)(\d{1,2}(?:\.\d+)?|100)")
TRIM = re.compile(r"(TM|TC|TS|WM|PR)\(([\d.]*)(%?):([\d.]*)(%?)\)")
INTERQUARTILE_MEAN = "IQM"


def statistic(name: str, points: DataPoints) -> float | None:
    """Sum, Average, Minimum, Maximum, SampleCount or an extended statistic (p99, TM(10%:90%)).

    None without data points, and for extended statistics of sets whose values are not known.
    Raises `NotUnderstood` for other names.
    """
    if name in SIMPLE:
        return SIMPLE[name](points) if sample_count(points) else None
    extended = _extended(name)
    if not sample_count(points) or not all(point.is_of_one_value for point in points):
        return None
    return extended(sorted((point.least, point.count) for point in points))


# The values in ascending order, each with how often it was measured.
Weighted = Sequence[tuple[float, float]]


def _extended(name: str) -> Callable[[Weighted], float | None]:
    if match := PERCENTILE.fullmatch(name):
        share = float(match[1]) / 100
        return lambda values: _percentile(values, share)
    if name == INTERQUARTILE_MEAN:
        name = "TM(25%:75%)"
    if match := SHORT_TRIM.fullmatch(name):
        name = f"{match[1].upper()}(:{match[2]}%)"
    if not (match := TRIM.fullmatch(name)):
        raise NotUnderstood(name)
    kind, low, low_unit, high, high_unit = match.groups()
    if low and high and low_unit != high_unit:
        raise NotUnderstood(name)
    bounds = (float(low) if low else None, float(high) if high else None)
    return lambda values: _trimmed(kind, values, *_limits(values, bounds, low_unit or high_unit))


def _percentile(values: Weighted, share: float) -> float:
    """The smallest value that is not exceeded by at least this share of all values."""
    rank = max(math.ceil(share * sum(count for _, count in values)), 1)
    for value, count in values:
        rank -= int(count)
        if rank <= 0:
            return value
    return values[-1][0]


def _limits(
    values: Weighted, bounds: tuple[float | None, float | None], unit: str
) -> tuple[float, float]:
    """The values between which others count: given as they are, or as shares of all values."""
    low, high = bounds
    if unit:
        low = _percentile(values, low / 100) if low else None
        high = _percentile(values, high / 100) if high is not None else None
    return -math.inf if low is None else low, math.inf if high is None else high


def _trimmed(kind: str, values: Weighted, low: float, high: float) -> float | None:
    inside = [(value, count) for value, count in values if low <= value <= high]
    number = sum(count for _, count in inside)
    match kind:
        case "TC":
            return number
        case "TS":
            return _sum(inside)
        case "PR":
            return 100 * number / sum(count for _, count in values)
        case "WM":
            # What is beyond the limits counts as if it were at them.
            clamped = [(min(max(value, low), high), count) for value, count in values]
            return _sum(clamped) / sum(count for _, count in values)
    return _sum(inside) / number if number else None


def _sum(values: Weighted) -> float:
    return sum(value * count for value, count in values)


@dataclass(frozen=True)
class Series:
    """The data points by period, oldest first; the first period begins at `begin` (Unix time)."""

    begin: float
    period_s: int
    periods: Sequence[DataPoints]

    def values(self, name: str) -> list[float | None]:
        """The statistic of each period. Raises `NotUnderstood`."""
        return [statistic(name, points) for points in self.periods]

    def starts(self) -> Iterator[float]:
        """When each period begins, as Unix times."""
        return (self.begin + number * self.period_s for number in range(len(self.periods)))

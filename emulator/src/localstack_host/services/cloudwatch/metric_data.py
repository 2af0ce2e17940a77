"""Reads metrics for GetMetricData, GetMetricStatistics and alarms.

Dimensions must match exactly, and units are kept apart.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from localstack_host.services.cloudwatch.data_points import Series, statistic
from localstack_host.services.cloudwatch.metric_math import search
from localstack_host.services.cloudwatch.metric_math.series import Array, MetricStat, TimeSeries
from localstack_host.services.cloudwatch.metric_math.syntax import InvalidQuery
from localstack_host.services.cloudwatch.metric_store import (
    Measured,
    MetricQuery,
    Place,
    Points,
    latest_begin,
)

AHEAD_S = 2 * 3600
"""How far in the future the time of a data point may be (PutMetricData)."""

HOUR_S, DAY_S = 3600, 24 * 3600


def retention_s(period_s: int) -> int:
    """How long AWS keeps data points of a period: before, a query of that period finds none.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
    """
    if period_s < 60:
        return 3 * HOUR_S
    if period_s < 5 * 60:
        return 15 * DAY_S
    return (63 if period_s < HOUR_S else 455) * DAY_S


@dataclass(frozen=True)
class MetricDataReader:
    """Evaluates the queries of one call at `now`: for an account, from `start` to `end`.

    These are Unix times. Nothing is read from before the retention of a query's period.
    """

    points: Points
    place: Place
    start: float
    end: float
    now: float

    def measured(self, requested: MetricQuery) -> Measured:
        """The data points of a metric; its periods begin on the clock."""
        begin, periods = self._range(requested.period_s)
        return self.points.measured(requested, self.place, begin, periods)

    def _range(self, period_s: int) -> tuple[float, int]:
        start = max(self.start, self.now - retention_s(period_s))
        end = min(self.end, self.now + AHEAD_S)
        begin = start - start % period_s
        return begin, max(math.ceil((end - begin) / period_s), 0)

    def periods(self, period_s: int) -> tuple[float, ...]:
        """When each period begins, as Unix times."""
        begin, periods = self._range(period_s)
        return tuple(begin + number * period_s for number in range(periods))

    def metric(self, stat: MetricStat) -> TimeSeries:
        """The time series of a MetricStat. Raises `NotUnderstood`."""
        requested = query_of(stat)
        measured = self.measured(requested)
        units = () if requested.unit else tuple(sorted(measured.by_unit))
        return time_series(measured.of(requested.unit), requested.statistic, stat, units)

    def search(self, text: str, statistic: str, period_s: int) -> Array:
        """The time series that a search finds. Raises `InvalidExpression` and `NotUnderstood`."""
        stored = [search.FoundMetric(*metric) for metric in self.points.metrics(self.place)]
        found = search.matching(text, stored)
        return tuple(
            replace(self.metric(stat), label=label, is_metric=False)
            for metric, label in zip(found, search.labels(found), strict=True)
            for stat in [{"Metric": metric.structure(), "Stat": statistic, "Period": period_s}]
        )


@dataclass(frozen=True)
class LatestReader:
    """Reads the last `count` periods before `now` (Unix time), for an alarm."""

    points: Points
    place: Place
    count: int
    now: float

    def series(self, requested: MetricQuery) -> Series:
        """The data points of a metric."""
        return self.points.latest(requested, self.place, self.count, self.now)

    def periods(self, period_s: int) -> tuple[float, ...]:
        """When each period begins, as Unix times."""
        begin = latest_begin(self.now, period_s, self.count)
        return tuple(begin + number * period_s for number in range(self.count))

    def metric(self, stat: MetricStat) -> TimeSeries:
        """The time series of a MetricStat. Raises `NotUnderstood`."""
        requested = query_of(stat)
        return time_series(self.series(requested), requested.statistic, stat)

    def search(self, _text: str, _statistic: str, _period_s: int) -> Array:
        """Raises `InvalidQuery`, as AWS does."""
        raise InvalidQuery("SEARCH is not supported on Metric Alarms")


def time_series(
    series: Series, name: str, stat: MetricStat, units: tuple[str, ...] = ()
) -> TimeSeries:
    """The statistic of each period that has values. Raises `NotUnderstood`."""
    periods = tuple(series.starts())
    values = zip(periods, series.values(name), strict=True)
    known = {at: float(value) for at, value in values if value is not None}
    label = stat["Metric"]["MetricName"]
    return TimeSeries(series.period_s, periods, known, label, stat, units, is_metric=True)


def query_of(metric_stat: Mapping[str, Any]) -> MetricQuery:
    """The query in CloudWatch's structure `MetricStat`."""
    unit = metric_stat.get("Unit")
    return MetricQuery.of(metric_stat["Metric"], metric_stat["Stat"], metric_stat["Period"], unit)


def statistics(
    measured: Measured, unit: str | None, names: Sequence[str], extended: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """GetMetricStatistics' data points: one for each unit and each period that has values."""
    for each, series in measured.by_unit.items():
        if unit in (None, each):
            yield from _datapoints(each, series, names, extended)


def _datapoints(
    unit: str, series: Series, names: Sequence[str], extended: Sequence[str]
) -> Iterator[dict[str, Any]]:
    for at, points in zip(series.starts(), series.periods, strict=True):
        if not points:
            continue
        datapoint: dict[str, Any] = {"Timestamp": datetime.fromtimestamp(at, UTC), "Unit": unit}
        datapoint |= {name: statistic(name, points) for name in names}
        if extended:
            found = {name: statistic(name, points) for name in extended}
            datapoint["ExtendedStatistics"] = {k: v for k, v in found.items() if v is not None}
        yield datapoint

"""GetMetricData and GetMetricStatistics. Dimensions must match exactly, and units are kept apart.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from localstack_host.services.cloudwatch import metric_labels, metric_math
from localstack_host.services.cloudwatch.data_points import NotUnderstood, Series, statistic
from localstack_host.services.cloudwatch.metric_math import Values
from localstack_host.services.cloudwatch.metric_store import Measured, MetricQuery, Place, Points

Query = Mapping[str, Any]
Result = dict[str, Any]
Pair = tuple[datetime, float]


@dataclass(frozen=True)
class Computed:
    """One value for each period, oldest first, and the units there were a choice of."""

    begin: float
    period_s: int
    values: Values
    units: tuple[str, ...] = ()

    def pairs(self) -> list[Pair]:
        """The start and the value of each period that has a value."""
        return [
            (datetime.fromtimestamp(self.begin + number * self.period_s, UTC), value)
            for number, value in enumerate(self.values)
            if value is not None
        ]


@dataclass(frozen=True)
class MetricDataReader:
    """Evaluates the queries of one call: for an account, from `start` to `end` (Unix times)."""

    points: Points
    place: Place
    start: float
    end: float

    def measured(self, requested: MetricQuery) -> Measured:
        """The data points of a metric; its periods begin on the clock."""
        begin = self.start - self.start % requested.period_s
        periods = max(math.ceil((self.end - begin) / requested.period_s), 0)
        return self.points.measured(requested, self.place, begin, periods)

    def results(
        self, queries: Sequence[Query], newest_first: bool = True, label_offset: str = ""
    ) -> Iterator[Result]:
        """Yields the result of each query with ReturnData, in their order, without pages.

        The result of an unsupported query has the status `InternalError` and a message.
        `label_offset` is the time zone of times in labels, such as +0130.
        """
        computed, failed = self._computed(queries)
        defaults = metric_labels.default_labels(queries)
        for query in queries:
            if not query.get("ReturnData", True):
                continue
            series = computed.get(query["Id"])
            pairs = series.pairs() if series else []
            default = defaults[query["Id"]]
            label = metric_labels.label(query, default, pairs, self.place, label_offset)
            messages = list(_messages(series, failed.get(query["Id"])))
            yield {
                "Id": query["Id"],
                "Label": label,
                "Timestamps": [at for at, _ in _ordered(pairs, newest_first)],
                "Values": [float(value) for _, value in _ordered(pairs, newest_first)],
                "StatusCode": "InternalError" if query["Id"] in failed else "Complete",
                **({"Messages": messages} if messages else {}),
            }

    def _computed(self, queries: Sequence[Query]) -> tuple[dict[str, Computed], dict[str, str]]:
        computed: dict[str, Computed] = {}
        failed: dict[str, str] = {}
        for query in sorted(queries, key=lambda query: "Expression" in query):
            try:
                computed[query["Id"]] = self._series(query, computed)
            except NotUnderstood as error:
                failed[query["Id"]] = str(error)
        return computed, failed

    def _series(self, query: Query, computed: Mapping[str, Computed]) -> Computed:
        if query.get("Expression"):
            return _math(query["Expression"], computed)
        requested = query_of(query["MetricStat"])
        measured = self.measured(requested)
        series = measured.of(requested.unit)
        units = () if requested.unit else tuple(sorted(measured.by_unit))
        values = series.values(requested.statistic)
        return Computed(series.begin, series.period_s, values, units)


def query_of(metric_stat: Mapping[str, Any]) -> MetricQuery:
    """The query in CloudWatch's structure `MetricStat`."""
    unit = metric_stat.get("Unit")
    return MetricQuery.of(metric_stat["Metric"], metric_stat["Stat"], metric_stat["Period"], unit)


def _math(expression: str, computed: Mapping[str, Computed]) -> Computed:
    """Evaluates metric math. FILL fills gaps, but not series without any value."""
    used = {name: computed[name] for name in metric_math.names(expression) if name in computed}
    if len({(each.begin, each.period_s) for each in used.values()}) != 1:
        raise NotUnderstood(expression)
    first = next(iter(used.values()))
    values = metric_math.compute(expression, {name: each.values for name, each in used.items()})
    if not any(each.pairs() for each in used.values()):
        values = [None] * len(values)
    return Computed(first.begin, first.period_s, values)


def _messages(series: Computed | None, problem: str | None) -> Iterator[dict[str, str]]:
    if problem is not None:
        yield {"Code": "NotUnderstood", "Value": problem}
    if series and len(series.units) > 1:
        units = ", ".join(series.units)
        yield {"Code": "MultipleUnits", "Value": f"Multiple units returned: '[{units}]'"}


def _ordered(pairs: Sequence[Pair], newest_first: bool) -> Sequence[Pair]:
    return pairs[::-1] if newest_first else pairs


def statistics(
    measured: Measured, unit: str | None, names: Sequence[str], extended: Sequence[str]
) -> Iterator[Result]:
    """GetMetricStatistics' data points: one for each unit and each period that has values."""
    for each, series in measured.by_unit.items():
        if unit in (None, each):
            yield from _datapoints(each, series, names, extended)


def _datapoints(
    unit: str, series: Series, names: Sequence[str], extended: Sequence[str]
) -> Iterator[Result]:
    for at, points in zip(series.starts(), series.periods, strict=True):
        if not points:
            continue
        datapoint: Result = {"Timestamp": datetime.fromtimestamp(at, UTC), "Unit": unit}
        datapoint |= {name: statistic(name, points) for name in names}
        if extended:
            found = {name: statistic(name, points) for name in extended}
            datapoint["ExtendedStatistics"] = {k: v for k, v in found.items() if v is not None}
        yield datapoint

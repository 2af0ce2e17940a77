"""GetMetricData with percentiles and metric math. Dimensions must match exactly.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from localstack_host.services.cloudwatch.alarm_evaluation import NotUnderstood, Values, compute
from localstack_host.services.cloudwatch.metric_store import MetricQuery, Place, Points

Query = Mapping[str, Any]
Result = dict[str, Any]


@dataclass(frozen=True)
class Series:
    """One value for each period, oldest first; the first period begins at `begin`."""

    begin: float
    period_s: int
    values: Values

    def measured(self) -> list[tuple[datetime, float]]:
        """The start and the value of each period that has a value."""
        at = (self.begin + number * self.period_s for number in range(len(self.values)))
        pairs = zip(at, self.values, strict=True)
        return [
            (datetime.fromtimestamp(t, UTC), value)
            for t, value in pairs
            if value is not None and not math.isnan(value)
        ]


@dataclass(frozen=True)
class MetricDataReader:
    """Evaluates the queries of one call: for an account, from `start` to `end` (Unix times)."""

    points: Points
    place: Place
    start: float
    end: float

    def results(self, queries: Sequence[Query], newest_first: bool = True) -> Iterator[Result]:
        """Yields the result of each query with ReturnData, in their order, without pages.

        The result of an unsupported query has the status `InternalError` and a message.
        """
        series: dict[str, Series] = {}
        failed: dict[str, str] = {}
        for query in sorted(queries, key=lambda query: "Expression" in query):
            try:
                series[query["Id"]] = self._series(query, series)
            except NotUnderstood as error:
                failed[query["Id"]] = str(error)
        for query in queries:
            if query.get("ReturnData", True):
                result = series.get(query["Id"])
                yield _result(query, result, failed.get(query["Id"], ""), newest_first)

    def _series(self, query: Query, series: Mapping[str, Series]) -> Series:
        if query.get("Expression"):
            return _math(query["Expression"], series)
        metric_stat = query["MetricStat"]
        requested = MetricQuery.of(
            metric_stat["Metric"], metric_stat["Stat"], metric_stat["Period"]
        )
        begin = self.start - self.start % requested.period_s
        periods = math.ceil((self.end - begin) / requested.period_s)
        values = self.points.over(requested, self.place, begin, periods)
        return Series(begin, requested.period_s, values)


def _math(expression: str, series: Mapping[str, Series]) -> Series:
    """Evaluates metric math. FILL fills gaps, but not series without any value."""
    used = [series[name] for name in _names(expression) if name in series]
    if len({(each.begin, each.period_s) for each in used}) != 1:
        raise NotUnderstood(expression)
    first = used[0]
    values = compute(
        expression, {name: each.values for name, each in series.items() if each in used}
    )
    if not any(each.measured() for each in used):
        values = [None] * len(values)
    return Series(first.begin, first.period_s, values)


def _names(expression: str) -> set[str]:
    try:
        return {n.id for n in ast.walk(ast.parse(expression)) if isinstance(n, ast.Name)}
    except SyntaxError as error:
        raise NotUnderstood(expression) from error


def _result(query: Query, series: Series | None, problem: str, newest_first: bool) -> Result:
    measured = series.measured() if series else []
    if newest_first:
        measured.reverse()
    messages = {"Messages": [{"Code": "NotUnderstood", "Value": problem}]} if problem else {}
    return {
        "Id": query["Id"],
        "Label": query.get("Label") or _default_label(query),
        "StatusCode": "InternalError" if problem else "Complete",
        "Timestamps": [at for at, _ in measured],
        "Values": [float(value) for _, value in measured],
        **messages,
    }


def _default_label(query: Query) -> str:
    metric_stat = query.get("MetricStat")
    return str(metric_stat["Metric"]["MetricName"] if metric_stat else query["Id"])

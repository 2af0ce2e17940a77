"""GetMetricData: with percentiles and metric math, and of exactly the dimensions that are asked.

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
from localstack_host.services.cloudwatch.metric_store import Place, Points, Wanted

Query = Mapping[str, Any]
Result = dict[str, Any]


@dataclass(frozen=True)
class Series:
    """One value for each period, the oldest first; the first period begins at `begin`."""

    begin: float
    period_s: int
    values: Values

    def measured(self) -> list[tuple[datetime, float]]:
        """When each period began that has a value, and the value."""
        at = (self.begin + number * self.period_s for number in range(len(self.values)))
        pairs = zip(at, self.values, strict=True)
        return [
            (datetime.fromtimestamp(t, UTC), value)
            for t, value in pairs
            if value is not None and not math.isnan(value)
        ]


@dataclass(frozen=True)
class MetricDataReader:
    """Answers the queries of one call: for an account, from `start` to `end` (Unix times)."""

    points: Points
    place: Place
    start: float
    end: float

    def answer(self, queries: Sequence[Query], newest_first: bool = True) -> Iterator[Result]:
        """A result for each query that wants one, in their order and without pages.

        A query that is not understood has the status `InternalError` and a message.
        """
        series: dict[str, Series] = {}
        failed: dict[str, str] = {}
        for query in sorted(queries, key=lambda query: "Expression" in query):
            try:
                series[query["Id"]] = self._series(query, series)
            except NotUnderstood as what:
                failed[query["Id"]] = str(what)
        for query in queries:
            if query.get("ReturnData", True):
                found = series.get(query["Id"])
                yield _result(query, found, failed.get(query["Id"], ""), newest_first)

    def _series(self, query: Query, known: Mapping[str, Series]) -> Series:
        if query.get("Expression"):
            return _math(query["Expression"], known)
        asked = query["MetricStat"]
        requested = Wanted.of(asked["Metric"], asked["Stat"], asked["Period"])
        begin = self.start - self.start % requested.period_s
        periods = math.ceil((self.end - begin) / requested.period_s)
        values = self.points.over(requested, self.place, begin, periods)
        return Series(begin, requested.period_s, values)


def _math(expression: str, known: Mapping[str, Series]) -> Series:
    """Of series in which nothing was measured at all nothing is made: FILL fills gaps only."""
    used = [known[name] for name in _names(expression) if name in known]
    if len({(one.begin, one.period_s) for one in used}) != 1:
        raise NotUnderstood(expression)
    first = used[0]
    values = compute(expression, {name: one.values for name, one in known.items() if one in used})
    if not any(one.measured() for one in used):
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
    said = {"Messages": [{"Code": "NotUnderstood", "Value": problem}]} if problem else {}
    return {
        "Id": query["Id"],
        "Label": query.get("Label") or _usual_label(query),
        "StatusCode": "InternalError" if problem else "Complete",
        "Timestamps": [at for at, _ in measured],
        "Values": [float(value) for _, value in measured],
        **said,
    }


def _usual_label(query: Query) -> str:
    asked = query.get("MetricStat")
    return str(asked["Metric"]["MetricName"] if asked else query["Id"])

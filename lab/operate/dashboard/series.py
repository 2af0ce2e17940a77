"""Reads the data points of each visible metric of a graph with GetMetricData."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from lab.console.drawing.canvas import number
from lab.operate.dashboard.metrics import Metric
from lab.operate.dashboard.widgets import Graph

Points = tuple[tuple[datetime, float], ...]
# The other status codes are InternalError and Forbidden: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataResult.html
SUCCESSFUL = {"Complete", "PartialData"}


@dataclass(frozen=True)
class Series:
    """A metric and its points, oldest first: the begin of a period, and its value.

    `problem` says why the metric could not be read. Without points and problem there is no data,
    which is not the same as zero.
    """

    metric: Metric
    points: Points = ()
    problem: str = ""

    @property
    def summary(self) -> str:
        """A summary of the points: the total of a sum, otherwise the extreme value."""
        if self.problem or not self.points:
            return self.problem or "no data"
        values = [value for _, value in self.points]
        if self.metric.is_count:
            return number(sum(values))
        if self.metric.stat == "Minimum":
            return f"at least {number(min(values))}"
        return f"at most {number(max(values))}"


@dataclass(frozen=True)
class Window:
    """The `minutes` before `end`."""

    end: datetime
    minutes: int

    @property
    def begin(self) -> datetime:
        """The begin of the window."""
        return self.end - timedelta(minutes=self.minutes)

    def span(self, period_s: int) -> tuple[datetime, datetime]:
        """The window in whole periods, including the current one."""
        begin = self.begin.timestamp() // period_s * period_s
        end = -(-self.end.timestamp() // period_s) * period_s
        return datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(end, UTC)


def period_of(graph: Graph) -> int:
    """The longest period of a graph's metrics, in seconds."""
    return max((metric.period_s for metric in graph.metrics), default=60)


def read(client: Any, graph: Graph, window: Window) -> tuple[Series, ...]:
    """The series of each visible metric. An error of CloudWatch is the problem of each series."""
    start, end = window.span(period_of(graph))
    queries = [metric.query() for metric in graph.metrics]
    visible = [metric for metric in graph.metrics if metric.visible]
    try:
        pages = _results(client, MetricDataQueries=queries, StartTime=start, EndTime=end)
        results = dict(pages)
    except ClientError as error:
        message = error.response["Error"].get("Message", "")
        return tuple(Series(metric, problem=f"not drawn: {message}") for metric in visible)
    return tuple(results.get(metric.id, QueryResult()).series(metric) for metric in visible)


@dataclass(frozen=True)
class QueryResult:
    """The result of a query over all pages."""

    points: Points = ()
    good: bool = True

    def plus(self, result: Mapping[str, Any]) -> QueryResult:
        """Adds one more page of the same query."""
        more = tuple(zip(result["Timestamps"], result["Values"], strict=True))
        return QueryResult(self.points + more, self.good and result["StatusCode"] in SUCCESSFUL)

    def series(self, metric: Metric) -> Series:
        """The series of the metric, with a problem if the query failed."""
        if not self.good:
            return Series(metric, problem=f"not drawn: {metric.expression or metric.name}")
        return Series(metric, self.points)


def _results(client: Any, **request: Any) -> Iterator[tuple[str, QueryResult]]:
    """Yields the id and the result of each query."""
    results: dict[str, QueryResult] = {}
    pages = client.get_paginator("get_metric_data")
    for page in pages.paginate(ScanBy="TimestampAscending", **request):
        for result in page["MetricDataResults"]:
            results[result["Id"]] = results.get(result["Id"], QueryResult()).plus(result)
    yield from results.items()

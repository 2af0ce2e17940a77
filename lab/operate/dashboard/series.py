"""What was measured: the points of each visible metric of a graph, from GetMetricData."""

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
# InternalError and Forbidden are others: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataResult.html
ANSWERED = {"Complete", "PartialData"}


@dataclass(frozen=True)
class Series:
    """A metric and its points, the oldest first: when a period began, and its value.

    `problem` says why nothing could be drawn; a metric without points and without a problem was
    not measured in that time, which is not the same as zero.
    """

    metric: Metric
    points: Points = ()
    problem: str = ""

    @property
    def said(self) -> str:
        """The points in a few words: the total of a sum, else the value farthest out."""
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
    """The last minutes before `end`."""

    end: datetime
    minutes: int

    @property
    def begin(self) -> datetime:
        """When it began."""
        return self.end - timedelta(minutes=self.minutes)

    def span(self, period_s: int) -> tuple[datetime, datetime]:
        """The window in whole periods, the one that is not over yet included."""
        begin = self.begin.timestamp() // period_s * period_s
        end = -(-self.end.timestamp() // period_s) * period_s
        return datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(end, UTC)


def period_of(graph: Graph) -> int:
    """The longest period of a graph's metrics, in seconds."""
    return max((metric.period_s for metric in graph.metrics), default=60)


def read(client: Any, graph: Graph, window: Window) -> tuple[Series, ...]:
    """A series for each visible metric. What CloudWatch refuses is the problem of each of them."""
    start, end = window.span(period_of(graph))
    queries = [metric.query() for metric in graph.metrics]
    visible = [metric for metric in graph.metrics if metric.visible]
    try:
        found = _results(client, MetricDataQueries=queries, StartTime=start, EndTime=end)
        answers = dict(found)
    except ClientError as error:
        said = error.response["Error"].get("Message", "")
        return tuple(Series(metric, problem=f"not drawn: {said}") for metric in visible)
    return tuple(answers.get(metric.id, Answer()).series(metric) for metric in visible)


@dataclass(frozen=True)
class Answer:
    """What CloudWatch said to a query, over all pages."""

    points: Points = ()
    good: bool = True

    def plus(self, result: Mapping[str, Any]) -> Answer:
        """With one more result for the same query."""
        more = tuple(zip(result["Timestamps"], result["Values"], strict=True))
        return Answer(self.points + more, self.good and result["StatusCode"] in ANSWERED)

    def series(self, metric: Metric) -> Series:
        """The metric with its points, or with what could not be computed."""
        if not self.good:
            return Series(metric, problem=f"not drawn: {metric.expression or metric.name}")
        return Series(metric, self.points)


def _results(client: Any, **asked: Any) -> Iterator[tuple[str, Answer]]:
    """The answer to each query by its id, the later ones complete."""
    answers: dict[str, Answer] = {}
    pages = client.get_paginator("get_metric_data")
    for page in pages.paginate(ScanBy="TimestampAscending", **asked):
        for result in page["MetricDataResults"]:
            answers[result["Id"]] = answers.get(result["Id"], Answer()).plus(result)
    yield from answers.items()

"""Sends data points of the services to CloudWatch, those of a second together.

LocalStack starts a thread for each, which calls CloudWatch and commits to its database. That was a
large part of the cost of a warm invocation. Here a service adds a data point to a queue, and a
thread sends them, merged by metric and second.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from localstack_host.localstack_api import connect_to

LOG = logging.getLogger(__name__)
WAIT_S = 1.0
# Limits of one call: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/
METRICS_AT_A_TIME = 1000

Point = dict[str, Any]  # a MetricDatum of PutMetricData
Place = tuple[str | None, str | None, str]  # account, region and namespace
Dimensions = tuple[tuple[str, str], ...]
Metric = tuple[str, str | None]  # name and unit
Send = Callable[[Place, list[Point]], None]


class Source(NamedTuple):
    """What is measured together in one second (Unix time): metrics with the same dimensions.

    A service that measures something as a whole and in parts has several sets of dimensions.
    """

    place: Place
    dimension_sets: tuple[Dimensions, ...]
    metrics: tuple[Metric, ...]
    second: int


Row = tuple[float, ...]  # a value for each metric of a source


def record(
    place: Place, metric: str, dimensions: Dimensions, value: float = 1.0, unit: str | None = None
) -> None:
    """Records a value of a metric, measured now. It takes a microsecond."""
    record_all(place, (dimensions,), ((metric, unit),), (value,))


def record_all(
    place: Place, dimension_sets: tuple[Dimensions, ...], metrics: tuple[Metric, ...], row: Row
) -> None:
    """Records a value of each metric, measured now. It takes no longer than one of them."""
    delivery().add(Source(place, dimension_sets, metrics, int(time.time())), row)


@cache
def delivery() -> Metrics:
    """The shared instance."""
    return Metrics(put_metrics)


class Metrics:
    """Sends data points to CloudWatch in batches, with a delay of `wait_s`."""

    def __init__(self, send: Send, wait_s: float = WAIT_S) -> None:
        self._send = send
        self._wait_s = wait_s
        self._waiting: SimpleQueue[tuple[Source, Row]] = SimpleQueue()
        threading.Thread(target=self._run, name="metrics", daemon=True).start()

    def add(self, source: Source, row: Row) -> None:
        """Queues what was measured."""
        self._waiting.put((source, row))

    def _run(self) -> None:
        while True:
            first = self._waiting.get()
            time.sleep(self._wait_s)
            for place, points in merge([first, *_waiting(self._waiting)]).items():
                self._send(place, points)


def merge(measured: Iterable[tuple[Source, Row]]) -> dict[Place, list[Point]]:
    """The data points by place: each costs a row of the database."""
    rows: defaultdict[Source, list[Row]] = defaultdict(list)
    for source, row in measured:
        rows[source].append(row)
    points: dict[Place, list[Point]] = {}
    for source, some in rows.items():
        points.setdefault(source.place, []).extend(_points(source, some))
    return points


def _points(source: Source, rows: list[Row]) -> Iterator[Point]:
    """Yields a data point for each metric and set of dimensions."""
    at = datetime.fromtimestamp(source.second, UTC)
    for column, (name, unit) in enumerate(source.metrics):
        counts = Counter(row[column] for row in rows)
        measured: Point = {
            "MetricName": name,
            "Timestamp": at,
            "Values": list(counts),
            "Counts": [float(count) for count in counts.values()],
            **({"Unit": unit} if unit else {}),
        }
        for dimensions in source.dimension_sets:
            pairs = [{"Name": name, "Value": value} for name, value in dimensions]
            yield measured | {"Dimensions": pairs}


def put_metrics(place: Place, points: list[Point]) -> None:
    """Sends data points to CloudWatch. Rejected ones are logged and lost."""
    account, region, namespace = place
    client = connect_to(aws_access_key_id=account, region_name=region).cloudwatch
    try:
        for start in range(0, len(points), METRICS_AT_A_TIME):
            some = points[start : start + METRICS_AT_A_TIME]
            client.put_metric_data(Namespace=namespace, MetricData=some)
    except Exception as error:
        LOG.info("Unable to put metric data to CloudWatch: %s", error)


def _waiting(queue: Any) -> Iterator[Any]:
    while True:
        try:
            yield queue.get_nowait()
        except Empty:
            return

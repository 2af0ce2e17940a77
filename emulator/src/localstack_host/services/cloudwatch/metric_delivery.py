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
Values = tuple[float, ...]
Send = Callable[[Place, list[Point]], None]


class Metric(NamedTuple):
    """A metric in one second (Unix time)."""

    place: Place
    name: str
    dimensions: Dimensions
    unit: str | None
    second: int


def record(
    place: Place, name: str, dimensions: Dimensions, value: float = 1.0, unit: str | None = None
) -> None:
    """Records a value of a metric, measured now. It takes a microsecond."""
    delivery().add(Metric(place, name, dimensions, unit, int(time.time())), (value,))


@cache
def delivery() -> Metrics:
    """The shared instance."""
    return Metrics(put_metrics)


class Metrics:
    """Sends data points to CloudWatch in batches, with a delay of `wait_s`."""

    def __init__(self, send: Send, wait_s: float = WAIT_S) -> None:
        self._send = send
        self._wait_s = wait_s
        self._waiting: SimpleQueue[tuple[Metric, Values]] = SimpleQueue()
        threading.Thread(target=self._run, name="metrics", daemon=True).start()

    def add(self, metric: Metric, values: Values) -> None:
        """Queues values of a metric."""
        self._waiting.put((metric, values))

    def _run(self) -> None:
        while True:
            first = self._waiting.get()
            time.sleep(self._wait_s)
            for place, points in merge([first, *_waiting(self._waiting)]).items():
                self._send(place, points)


def merge(measured: Iterable[tuple[Metric, Values]]) -> dict[Place, list[Point]]:
    """The data points by place, one for each metric and second: each costs a row."""
    merged: defaultdict[Metric, Counter[float]] = defaultdict(Counter)
    for metric, values in measured:
        merged[metric].update(values)
    points: dict[Place, list[Point]] = {}
    for metric, counts in merged.items():
        points.setdefault(metric.place, []).append(_point(metric, counts))
    return points


def _point(metric: Metric, counts: Counter[float]) -> Point:
    point: Point = {
        "MetricName": metric.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions],
        "Timestamp": datetime.fromtimestamp(metric.second, UTC),
        "Values": list(counts),
        "Counts": [float(count) for count in counts.values()],
    }
    return point | ({"Unit": metric.unit} if metric.unit else {})


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

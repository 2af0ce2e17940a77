"""Sends the metrics of invocations to CloudWatch.

For each invocation LocalStack starts a thread that calls CloudWatch, which commits to a database
and waits for the disk. That was a large part of the cost of a warm invocation. Here the data points
of a second are sent together, including the metrics that functions log. Durations and throttles,
which LocalStack lacks, are sent as well.
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from queue import Empty, SimpleQueue
from typing import Any

from localstack_host.localstack_api import connect_to

LOG = logging.getLogger(__name__)
METRICS_WAIT_S = 1.0
# Limits of one call: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/
METRICS_AT_A_TIME = 1000
NAMESPACE = "AWS/Lambda"

Point = dict[str, Any]  # a MetricDatum of PutMetricData
Place = tuple[str | None, str | None, str]  # account, region and namespace
Send = Callable[[Place, list[Point]], None]


def invoked(function: Any, duration_ms: float | None, well: bool) -> None:
    """Records an invocation, with its duration, or None if the function failed to start.

    `function` is LocalStack's identifier of a version.
    """
    _count(function, "Invocations", 1)
    # Also zero errors: without data points an alarm would recover late.
    _count(function, "Errors", 0 if well else 1)
    if duration_ms is not None:
        _count(function, "Duration", duration_ms)


def throttled(function: Any) -> None:
    """Records an invocation that was refused because too many were running."""
    _count(function, "Throttles", 1)


def _count(function: Any, metric: str, value: float) -> None:
    dimensions = [{"Name": "FunctionName", "Value": function.function_name}]
    point = {"MetricName": metric, "Dimensions": dimensions, "Values": [value]}
    place = (function.account, function.region, NAMESPACE)
    delivery().add(place, point | {"Timestamp": datetime.now(UTC)})


@cache
def delivery() -> Metrics:
    """The shared instance."""
    return Metrics(put_metrics)


class Metrics:
    """Sends data points to CloudWatch in batches, with a delay of `wait_s`."""

    def __init__(self, send: Send, wait_s: float = METRICS_WAIT_S) -> None:
        self._send = send
        self._wait_s = wait_s
        self._waiting: SimpleQueue[tuple[Place, Point]] = SimpleQueue()
        threading.Thread(target=self._run, name="lambda-metrics", daemon=True).start()

    def add(self, place: Place, point: Point) -> None:
        """Queues a data point, with its value in `Values`."""
        self._waiting.put((place, point))

    def _run(self) -> None:
        while True:
            first = self._waiting.get()
            time.sleep(self._wait_s)
            points = defaultdict(list)
            for place, point in [first, *_waiting(self._waiting)]:
                points[place].append(point)
            for place, some in points.items():
                self._send(place, merge(some))


def merge(points: list[Point]) -> list[Point]:
    """Merges data points of the same metric and second, as each costs a commit."""
    merged: dict[str, Point] = {}
    for point in points:
        second = point["Timestamp"].replace(microsecond=0)
        key = (point["MetricName"], point["Dimensions"], point.get("Unit"), second)
        data_point = merged.setdefault(repr(key), point | {"Values": []})
        data_point["Values"] += point["Values"]
    return list(merged.values())


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

"""Metrics of invocations, on their way to CloudWatch.

For each invocation LocalStack starts a thread that calls CloudWatch, which commits to a database on
the disk and waits for the disk. That was a good part of what a warm invocation cost. Here the data
points go there together with those that come within a second; so do the metrics that functions log.
And there are those that LocalStack leaves out: it counts invocations and errors only.
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

Point = dict[str, Any]  # a MetricDatum, as PutMetricData takes it
Place = tuple[str | None, str | None, str]  # account, region and namespace
Send = Callable[[Place, list[Point]], None]


def invoked(function: Any, duration_ms: float | None, well: bool) -> None:
    """An invocation has ended after so long; None: the function never started.

    `function` is LocalStack's identifier of a version.
    """
    _count(function, "Invocations", 1)
    # Also if there is none: nothing is no zero, and an alarm would end late.
    _count(function, "Errors", 0 if well else 1)
    if duration_ms is not None:
        _count(function, "Duration", duration_ms)


def throttled(function: Any) -> None:
    """An invocation was refused: too many ran already."""
    _count(function, "Throttles", 1)


def _count(function: Any, metric: str, value: float) -> None:
    dimensions = [{"Name": "FunctionName", "Value": function.function_name}]
    point = {"MetricName": metric, "Dimensions": dimensions, "Values": [value]}
    place = (function.account, function.region, NAMESPACE)
    delivery().add(place, point | {"Timestamp": datetime.now(UTC)})


@cache
def delivery() -> Metrics:
    """The one way to CloudWatch."""
    return Metrics(put_metrics)


class Metrics:
    """Data points on their way to CloudWatch: at most `wait_s` late, with their own time."""

    def __init__(self, send: Send, wait_s: float = METRICS_WAIT_S) -> None:
        self._send = send
        self._wait_s = wait_s
        self._waiting: SimpleQueue[tuple[Place, Point]] = SimpleQueue()
        threading.Thread(target=self._run, name="lambda-metrics", daemon=True).start()

    def add(self, place: Place, point: Point) -> None:
        """Sends a data point soon. Its value is in `Values`."""
        self._waiting.put((place, point))

    def _run(self) -> None:
        while True:
            first = self._waiting.get()
            time.sleep(self._wait_s)
            points = defaultdict(list)
            for place, point in [first, *_waiting(self._waiting)]:
                points[place].append(point)
            for place, some in points.items():
                self._send(place, gathered(some))


def gathered(points: list[Point]) -> list[Point]:
    """The same values, in one data point for each metric and second: each costs a commit."""
    together: dict[str, Point] = {}
    for point in points:
        second = point["Timestamp"].replace(microsecond=0)
        what = (point["MetricName"], point["Dimensions"], point.get("Unit"), second)
        kept = together.setdefault(repr(what), point | {"Values": []})
        kept["Values"] += point["Values"]
    return list(together.values())


def put_metrics(place: Place, points: list[Point]) -> None:
    """Gives data points to CloudWatch; what it does not take is lost, with a line in the log."""
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

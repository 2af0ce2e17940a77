"""Metrics of invocations, a few at a time.

For each invocation LocalStack starts a thread that calls CloudWatch, which commits to a database on
the disk and waits for the disk. That was a good part of what a warm invocation cost. The same data
points now go there together with those that come within a second; so do the metrics that functions
log.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from types import SimpleNamespace
from typing import Any

from localstack.runtime import hooks

METRICS_WAIT_S = 1.0
# Limits of one call: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/
METRICS_AT_A_TIME = 1000
NAMESPACE = "AWS/Lambda"
RECORDING = "record-cloudwatch-metric"  # how LocalStack's threads are called that do

Point = dict[str, Any]  # a MetricDatum, as PutMetricData takes it
Place = tuple[str | None, str | None, str]  # account, region and namespace
Send = Callable[[Place, list[Point]], None]


@hooks.on_infra_start()  # type: ignore[untyped-decorator]
def gather_metrics() -> None:
    """The hook `localstack.hooks.on_infra_start`: puts all changes in place."""
    from localstack.services.cloudwatch import cloudwatch_database_helper
    from localstack.services.lambda_.invocation import metrics, version_manager

    versions: Any = version_manager
    versions.start_thread = _without_a_thread(versions.start_thread)
    helper: Any = cloudwatch_database_helper
    helper.sqlite3 = SimpleNamespace(connect=_connect_without_syncing)
    changed: Any = metrics
    changed.publish_lambda_metric = Metrics(put_metrics).publish


def _without_a_thread(start: Callable[..., Any]) -> Callable[..., Any]:
    """`start` for all but metrics, which only go into a queue."""

    def started(method: Callable[..., Any], *rest: Any, name: str = "", **more: Any) -> Any:
        if name.startswith(RECORDING):
            return method()
        return start(method, *rest, name=name or None, **more)

    return started


def _connect_without_syncing(*where: Any, **options: Any) -> sqlite3.Connection:
    """The database ends with the emulator: there is no power cut that it has to survive."""
    connection: sqlite3.Connection = sqlite3.connect(*where, **options)
    connection.execute("PRAGMA synchronous = OFF")
    return connection


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

    def publish(
        self,
        metric: str,
        value: float,
        kwargs: dict[str, Any],
        account_id: str | None = None,
        region_name: str | None = None,
    ) -> None:
        """Takes the place of LocalStack's `publish_lambda_metric`."""
        dimensions = [{"Name": "FunctionName", "Value": kwargs["func_name"]}]
        point = {"MetricName": metric, "Dimensions": dimensions, "Values": [value]}
        now = {"Timestamp": datetime.now(UTC)}
        self.add((account_id, region_name, NAMESPACE), point | now)

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
    from localstack.aws.connect import connect_to
    from localstack.services.lambda_.invocation import metrics

    account, region, namespace = place
    client = connect_to(aws_access_key_id=account, region_name=region).cloudwatch
    try:
        for start in range(0, len(points), METRICS_AT_A_TIME):
            some = points[start : start + METRICS_AT_A_TIME]
            client.put_metric_data(Namespace=namespace, MetricData=some)
    except Exception as error:
        metrics.LOG.info("Unable to put metric data to CloudWatch: %s", error)


def _waiting(queue: Any) -> Iterator[Any]:
    while True:
        try:
            yield queue.get_nowait()
        except Empty:
            return

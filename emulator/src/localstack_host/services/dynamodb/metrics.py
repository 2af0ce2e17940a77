"""CloudWatch's metrics of tables, once a minute as on AWS.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from embedded_dynamodb.observers import RequestReport
from localstack_host.services.cloudwatch.metric_delivery import Point, put_metrics

NAMESPACE = "AWS/DynamoDB"
PERIOD_S = 60.0
CONDITION_FAILED = "ConditionalCheckFailedException"
THROTTLED = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
}
# Status 400, and counted by a metric of its own.
NO_USER_ERROR = THROTTLED | {CONDITION_FAILED}


class Metric(NamedTuple):
    """The account and region, the name, the dimensions by name, and the unit."""

    account: str
    region: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    unit: str


@dataclass
class Statistics:
    """The values of a metric within a minute."""

    count: int = 0
    total: float = 0.0
    least: float = float("inf")
    most: float = float("-inf")

    def add(self, value: float) -> None:
        """Adds a value."""
        self.count += 1
        self.total += value
        self.least = min(self.least, value)
        self.most = max(self.most, value)


class TableMetrics:
    """Collects the values of all requests, and puts them to CloudWatch every `period_s`."""

    def __init__(self, put: Any = put_metrics, period_s: float = PERIOD_S) -> None:
        self._put = put
        self._lock = threading.Lock()
        self._collected: dict[Metric, Statistics] = defaultdict(Statistics)
        if period_s:
            threading.Thread(
                target=self._run, args=[period_s], name="dynamodb-metrics", daemon=True
            ).start()

    def record(self, report: RequestReport) -> None:
        """Adds what a request consumed, how long it took and how it ended."""
        with self._lock:
            for name, dimensions, unit, value in values_of(report):
                metric = Metric(report.account, report.region, name, dimensions, unit)
                self._collected[metric].add(value)

    def publish(self) -> None:
        """Puts what was collected since the last time to CloudWatch."""
        with self._lock:
            collected, self._collected = self._collected, defaultdict(Statistics)
        moment, points = datetime.now(UTC), defaultdict(list)
        for metric, statistics in collected.items():
            points[metric.account, metric.region].append(_point(metric, statistics, moment))
        for (account, region), some in points.items():
            self._put((account, region, NAMESPACE), some)

    def _run(self, period_s: float) -> None:
        while True:
            time.sleep(period_s)
            self.publish()


Value = tuple[str, tuple[tuple[str, str], ...], str, float]


def values_of(report: RequestReport) -> Iterator[Value]:
    """Yields the name, dimensions, unit and value of each metric that a request has."""
    for name, units in report.reads:
        yield "ConsumedReadCapacityUnits", (("TableName", name),), "Count", units.total
    for name, units in report.writes:
        yield "ConsumedWriteCapacityUnits", (("TableName", name),), "Count", units.total
    yield from _of_contention(report)
    if report.status < 400:
        yield from _of_success(report)
    elif report.status < 500:
        yield from _of_refusal(report)
    else:
        for name in report.table_names:
            yield "SystemErrors", _of(report, name), "Count", 1


def _of_contention(report: RequestReport) -> Iterator[Value]:
    """A part of a batch may be throttled though the request succeeds."""
    for event in report.throttle_events:
        index = (("GlobalSecondaryIndexName", event.index),) if event.index else ()
        yield f"{event.kind}ThrottleEvents", (("TableName", event.table), *index), "Count", 1
    for name in report.throttled_tables:
        yield "ThrottledRequests", _of(report, name), "Count", 1
    for name, rejected in report.transaction_conflicts.items():
        yield "TransactionConflict", (("TableName", name),), "Count", rejected


def _of_success(report: RequestReport) -> Iterator[Value]:
    for name in report.table_names:
        latency_ms = report.seconds * 1000
        yield "SuccessfulRequestLatency", _of(report, name), "Milliseconds", latency_ms
    for name, count in report.returned_items.items():
        yield "ReturnedItemCount", _of(report, name), "Count", count


def _of_refusal(report: RequestReport) -> Iterator[Value]:
    if {report.error_code, *_reasons(report)} & {CONDITION_FAILED, "ConditionalCheckFailed"}:
        for name in report.table_names:
            yield "ConditionalCheckFailedRequests", (("TableName", name),), "Count", 1
    if report.error_code not in NO_USER_ERROR:
        yield "UserErrors", (), "Count", 1


def _reasons(report: RequestReport) -> Iterator[str]:
    """Yields why the actions of a transaction were cancelled."""
    extra = report.error.extra if report.error else {}
    for reason in extra.get("CancellationReasons", ()):
        yield reason["Code"]


def _of(report: RequestReport, table: str) -> tuple[tuple[str, str], ...]:
    return (("TableName", table), ("Operation", report.operation))


def _point(metric: Metric, statistics: Statistics, moment: datetime) -> Point:
    return {
        "MetricName": metric.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions],
        "Unit": metric.unit,
        "Timestamp": moment,
        "StatisticValues": {
            "SampleCount": float(statistics.count),
            "Sum": statistics.total,
            "Minimum": statistics.least,
            "Maximum": statistics.most,
        },
    }

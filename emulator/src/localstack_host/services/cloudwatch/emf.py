"""Metrics in the log: CloudWatch's embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from localstack_host.services.lambda_.monitoring.metrics import delivery

MARK = '"_aws"'
Point = dict[str, Any]


def publish(account: str, region: str, events: Iterable[Mapping[str, Any]]) -> None:
    """Sends what is embedded in these log events to CloudWatch, together with what comes soon."""
    for event in events:
        if MARK in event["message"]:
            for namespace, point in points(event["message"]):
                delivery().add((account, region, namespace), point)


def points(message: str) -> Iterator[tuple[str, Point]]:
    """The values in a line of the log, each with its namespace; none if it is no such line."""
    try:
        said = json.loads(message)
        about = said["_aws"]
        described = about["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return
    at = datetime.fromtimestamp(about["Timestamp"] / 1000, UTC)
    for directive in described:
        for names in directive["Dimensions"]:
            dimensions = [{"Name": name, "Value": str(said[name])} for name in names]
            for metric in directive["Metrics"]:
                value = said[metric["Name"]]
                yield (
                    directive["Namespace"],
                    {
                        "MetricName": metric["Name"],
                        "Dimensions": dimensions,
                        "Values": value if isinstance(value, list) else [value],
                        "Unit": metric.get("Unit", "None"),
                        "Timestamp": at,
                    },
                )

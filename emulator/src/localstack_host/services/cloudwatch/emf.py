"""Metrics in log events: CloudWatch's embedded metric format (EMF).

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from localstack_host.services.cloudwatch.metric_delivery import Row, Source, delivery

MARK = '"_aws"'
Point = dict[str, Any]


def publish(account: str, region: str, events: Iterable[Mapping[str, Any]]) -> None:
    """Sends the metrics in log events to CloudWatch, in batches. Wrong documents are left out."""
    for event in events:
        if MARK in event["message"]:
            with suppress(KeyError, TypeError, ValueError):
                for source, row in _measured(account, region, event["message"]):
                    delivery().add(source, row)


def _measured(account: str, region: str, message: str) -> Iterator[tuple[Source, Row]]:
    for namespace, point in points(message):
        dimensions = tuple((each["Name"], each["Value"]) for each in point["Dimensions"])
        place, second = (account, region, namespace), int(point["Timestamp"].timestamp())
        metrics = ((point["MetricName"], point["Unit"]),)
        source = Source(place, (dimensions,), metrics, second)
        yield from ((source, (float(value),)) for value in point["Values"])


def points(message: str) -> Iterator[tuple[str, Point]]:
    """The data points in a log event, each with its namespace; none if it is not EMF."""
    try:
        document = json.loads(message)
        metadata = document["_aws"]
        directives = metadata["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return
    at = datetime.fromtimestamp(metadata["Timestamp"] / 1000, UTC)
    for directive in directives:
        for names in directive["Dimensions"]:
            dimensions = [{"Name": name, "Value": str(document[name])} for name in names]
            for metric in directive["Metrics"]:
                value = document[metric["Name"]]
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

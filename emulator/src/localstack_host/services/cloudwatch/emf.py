"""Metrics in log events: CloudWatch's embedded metric format (EMF).

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from localstack_host.services.cloudwatch.metric_delivery import Row, Source, delivery

MARK = '"_aws"'


def publish(account: str, region: str, events: Iterable[Mapping[str, Any]]) -> None:
    """Sends the metrics in log events to CloudWatch, in batches. Wrong documents are left out."""
    for event in events:
        if MARK in event["message"]:
            with suppress(KeyError, TypeError, ValueError):
                for source, row in measured(account, region, event["message"]):
                    delivery().add(source, row)


def measured(account: str, region: str, message: str) -> Iterator[tuple[Source, Row]]:
    """What a log event says that was measured; nothing if it is not EMF.

    Raises KeyError, TypeError or ValueError for a wrong document.
    """
    document = json.loads(message)
    metadata = document["_aws"]
    second = int(metadata["Timestamp"] / 1000)
    for directive in metadata["CloudWatchMetrics"]:
        place = (account, region, directive["Namespace"])
        sets = tuple(
            tuple((name, str(document[name])) for name in names)
            for names in directive["Dimensions"]
        )
        for metric in directive["Metrics"]:
            value = document[metric["Name"]]
            source = Source(place, sets, ((metric["Name"], metric.get("Unit", "None")),), second)
            for one in value if isinstance(value, list) else [value]:
                yield source, (float(one),)

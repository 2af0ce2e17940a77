"""The metrics of log groups, which LocalStack has not.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from localstack_host.services.cloudwatch.metric_delivery import record_all

NAMESPACE = "AWS/Logs"
METRICS = (("IncomingLogEvents", "Count"), ("IncomingBytes", "Bytes"))
# What AWS adds to the size of each event.
OVERHEAD_BYTES = 26


def received(account: str, region: str, group: str, events: Sequence[Mapping[str, Any]]) -> None:
    """Records the number of events and their size."""
    place, dimensions = (account, region, NAMESPACE), (("LogGroupName", group),)
    size = sum(len(event["message"].encode()) + OVERHEAD_BYTES for event in events)
    record_all(place, (dimensions,), METRICS, (float(len(events)), float(size)))

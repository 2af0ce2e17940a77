"""The metrics of invocations; LocalStack has neither durations nor throttles.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from __future__ import annotations

from typing import Any

from localstack_host.services.cloudwatch.metric_delivery import record

NAMESPACE = "AWS/Lambda"


def invoked(function: Any, duration_ms: float | None, well: bool) -> None:
    """Records an invocation, with its duration, or None if the function failed to start.

    `function` is LocalStack's identifier of a version.
    """
    _record(function, "Invocations", 1.0, "Count")
    # Also zero errors: without data points an alarm would recover late.
    _record(function, "Errors", 0.0 if well else 1.0, "Count")
    if duration_ms is not None:
        _record(function, "Duration", duration_ms, "Milliseconds")


def throttled(function: Any) -> None:
    """Records an invocation that was refused because too many were running."""
    _record(function, "Throttles", 1.0, "Count")


def running(function: Any, number: int) -> None:
    """Records how many invocations are running, as one begins."""
    _record(function, "ConcurrentExecutions", number, "Count")


def _record(function: Any, metric: str, value: float, unit: str) -> None:
    place = (function.account, function.region, NAMESPACE)
    record(place, metric, (("FunctionName", function.function_name),), value, unit)

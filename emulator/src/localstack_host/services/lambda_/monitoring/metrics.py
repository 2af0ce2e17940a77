"""The metrics of invocations; LocalStack has neither durations nor throttles.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from __future__ import annotations

from typing import Any

from localstack_host.services.cloudwatch.metric_delivery import Metric, Row, record_all

NAMESPACE = "AWS/Lambda"
COUNTS = (("Invocations", "Count"), ("Errors", "Count"))
DURATION = ("Duration", "Milliseconds")


def invoked(function: Any, duration_ms: float | None, well: bool) -> None:
    """Records an invocation, with its duration, or None if the function failed to start.

    `function` is LocalStack's identifier of a version.
    """
    # Also zero errors: without data points an alarm would recover late.
    counts = (1.0, 0.0 if well else 1.0)
    if duration_ms is None:
        _record(function, COUNTS, counts)
    else:
        _record(function, (*COUNTS, DURATION), (*counts, duration_ms))


def throttled(function: Any) -> None:
    """Records an invocation that was refused because too many were running."""
    _record(function, (("Throttles", "Count"),), (1.0,))


def running(function: Any, number: int) -> None:
    """Records how many invocations are running, as one begins."""
    _record(function, (("ConcurrentExecutions", "Count"),), (float(number),))


def _record(function: Any, metrics: tuple[Metric, ...], row: Row) -> None:
    place = (function.account, function.region, NAMESPACE)
    record_all(place, ((("FunctionName", function.function_name),),), metrics, row)

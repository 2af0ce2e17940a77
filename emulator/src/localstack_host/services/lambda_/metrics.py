"""Metrics of Lambda's that LocalStack leaves out: it counts invocations and errors."""

from __future__ import annotations

from typing import Any


def answered(function: Any, duration_ms: float, well: bool) -> None:
    """An invocation took so long. `function` is LocalStack's identifier of a version."""
    _publish(function, "Duration", duration_ms)
    if well:
        _publish(function, "Errors", 0)  # else an alarm would end late: nothing is no zero


def throttled(function: Any) -> None:
    """An invocation was refused: too many ran already."""
    _publish(function, "Throttles", 1)


def _publish(function: Any, metric: str, value: float) -> None:
    from localstack.services.lambda_.invocation import metrics

    publish: Any = metrics.publish_lambda_metric  # type: ignore[attr-defined] # see lambda_metrics.py
    name = {"func_name": function.function_name}
    publish(metric, value, name, account_id=function.account, region_name=function.region)

"""Explains empty graphs: there is no data, or the emulator does not emit the metric."""

from __future__ import annotations

from collections.abc import Sequence

from lab.core.target import Target
from lab.operate.dashboard.metrics import Metric
from lab.operate.dashboard.series import Series
from lab.operate.dashboard.widgets import Graph

# Namespaces and metrics that AWS emits and the emulator does not (docs/parity.md).
NOT_EMULATED = {
    "AWS/ApiGateway": "API Gateway",
    "AWS/States": "Step Functions",
    "AWS/SNS": "SNS",
    "AWS/Logs": "CloudWatch Logs",
    "AWS/Lambda ConcurrentExecutions": "how many calls run at a time",
}


def note(target: Target, graph: Graph, series: Sequence[Series]) -> str:
    """A note for a graph without data or with metrics that are not emulated, otherwise empty."""
    if any(one.problem for one in series):
        return ""
    not_emulated = list(dict.fromkeys(filter(None, map(_not_emulated, graph.metrics))))
    if target.endpoint and not_emulated:
        return f"The emulator does not measure {', '.join(not_emulated)}; AWS does."
    if not any(one.points for one in series):
        return "Nothing was measured in this time."
    return ""


def _not_emulated(metric: Metric) -> str:
    names = (metric.namespace, f"{metric.namespace} {metric.name}")
    return next((NOT_EMULATED[name] for name in names if name in NOT_EMULATED), "")

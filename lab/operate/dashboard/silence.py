"""Why a graph is empty: nothing happened, or nobody measures it here."""

from __future__ import annotations

from collections.abc import Sequence

from lab.core.target import Target
from lab.operate.dashboard.metrics import Metric
from lab.operate.dashboard.series import Series
from lab.operate.dashboard.widgets import Graph

# What AWS emits by itself and the emulator does not (docs/parity.md): a namespace, or one metric.
NOT_EMULATED = {
    "AWS/ApiGateway": "API Gateway",
    "AWS/States": "Step Functions",
    "AWS/DynamoDB": "DynamoDB",
    "AWS/SNS": "SNS",
    "AWS/Logs": "CloudWatch Logs",
    "AWS/Lambda ConcurrentExecutions": "how many calls run at a time",
}


def why(target: Target, graph: Graph, found: Sequence[Series]) -> str:
    """A sentence for a graph that lacks what cannot be there, or all; else nothing."""
    if any(one.problem for one in found):
        return ""
    silent = list(dict.fromkeys(filter(None, map(_not_emulated, graph.metrics))))
    if target.endpoint and silent:
        return f"The emulator does not measure {', '.join(silent)}; AWS does."
    if not any(one.points for one in found):
        return "Nothing was measured in this time."
    return ""


def _not_emulated(metric: Metric) -> str:
    names = (metric.namespace, f"{metric.namespace} {metric.name}")
    return next((NOT_EMULATED[name] for name in names if name in NOT_EMULATED), "")

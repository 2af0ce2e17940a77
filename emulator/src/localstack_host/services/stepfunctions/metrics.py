"""The metrics of executions, which LocalStack has not.

https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
"""

from __future__ import annotations

from typing import Any

from localstack_host.services.cloudwatch.metric_delivery import record

NAMESPACE = "AWS/States"
ENDED = {
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}


def started(execution: Any) -> None:
    """Records the start of an execution (LocalStack's)."""
    _record(execution, "ExecutionsStarted", 1.0, "Count")


def ended(execution: Any) -> None:
    """Records how an execution (LocalStack's) ended, and how long it took."""
    metric = ENDED.get(str(execution.exec_status))
    if not metric:
        return
    _record(execution, metric, 1.0, "Count")
    if execution.stop_date:
        took = execution.stop_date.timestamp() - execution.start_date.timestamp()
        _record(execution, "ExecutionTime", round(took * 1000, 3), "Milliseconds")


def _record(execution: Any, metric: str, value: float, unit: str) -> None:
    place = (execution.account_id, execution.region_name, NAMESPACE)
    record(place, metric, (("StateMachineArn", execution.state_machine_arn),), value, unit)

"""The metrics of executions, which LocalStack has not.

https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
"""

from __future__ import annotations

from typing import Any

from localstack_host.services.cloudwatch.metric_delivery import Metric, Row, record_all

NAMESPACE = "AWS/States"
ENDED = {
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}


def started(execution: Any) -> None:
    """Records the start of an execution (LocalStack's)."""
    _record(execution, (("ExecutionsStarted", "Count"),), (1.0,))


def ended(execution: Any) -> None:
    """Records how an execution (LocalStack's) ended, and how long it took."""
    metric = ENDED.get(str(execution.exec_status))
    if metric and execution.stop_date:
        took = execution.stop_date.timestamp() - execution.start_date.timestamp()
        row = (1.0, float(round(took * 1000)))
        _record(execution, ((metric, "Count"), ("ExecutionTime", "Milliseconds")), row)


def _record(execution: Any, metrics: tuple[Metric, ...], row: Row) -> None:
    place = (execution.account_id, execution.region_name, NAMESPACE)
    record_all(place, ((("StateMachineArn", execution.state_machine_arn),),), metrics, row)

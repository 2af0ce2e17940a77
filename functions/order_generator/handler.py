"""GenerateOrder, RejectOrder, FailOrder, and the event of each end.

The order itself is created by the API. The name is that of the function in Lambda, its role and its
alarms, and of the step "order generation": confirming the order.
"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from checkout import task_runner
from checkout.bootstrap import services
from checkout.task_runner import Result, Task
from checkout.use_cases.end_order import (
    fail_order,
    generate_order,
    publish_outcome,
    reject_order,
)

logger = Logger()


@logger.inject_lambda_context(clear_state=True)
def handle(event: dict[str, Any], _context: object) -> object:
    """Runs the task that the state machine requests."""
    return task_runner.run(event, TASKS, services().settings)


def _confirm(task: Task) -> Result:
    deps = services()
    generate_order(task.order_id, deps.orders, deps.ledger, deps.clock)
    return None


def _reject(task: Task) -> Result:
    reject_order(task.order_id, task.rejection(), services().orders, services().clock)
    return None


def _fail(task: Task) -> Result:
    fail_order(task.order_id, services().orders, services().clock)
    return None


def _publish(task: Task) -> Result:
    deps = services()
    order = publish_outcome(task.order_id, deps.orders, deps.events, deps.clock)
    return {"status": order.status.value}


TASKS = {
    "GenerateOrder": _confirm,
    "RejectOrder": _reject,
    "FailOrder": _fail,
    "PublishOrderConfirmed": _publish,
    "PublishOrderRejected": _publish,
    "PublishOrderFailed": _publish,
}

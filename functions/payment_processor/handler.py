"""ProcessPayment and RefundPayment."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from checkout import task_runner
from checkout.bootstrap import services
from checkout.task_runner import Result, Task
from checkout.use_cases.process_payment import process_payment, refund_payment

logger = Logger()


@logger.inject_lambda_context(clear_state=True)
def handle(event: dict[str, Any], _context: object) -> object:
    """Runs the task that the state machine requests."""
    return task_runner.run(event, TASKS, services().settings)


def _charge(task: Task) -> Result:
    deps = services()
    taken = process_payment(task.order_id, deps.orders, deps.gateway, deps.ledger, deps.clock)
    return {"captured": taken.amount, "currency": taken.currency}


def _refund(task: Task) -> Result:
    deps = services()
    refunded = refund_payment(
        task.order_id, deps.orders, deps.gateway, deps.ledger, deps.events, deps.clock
    )
    return {"refunded": refunded.amount if refunded else 0}


TASKS = {"ProcessPayment": _charge, "RefundPayment": _refund}

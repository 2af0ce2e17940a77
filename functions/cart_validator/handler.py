"""ValidateCart."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from checkout import task_runner
from checkout.bootstrap import services
from checkout.task_runner import Result, Task
from checkout.use_cases.validate_cart import validate_cart

logger = Logger()


@logger.inject_lambda_context(clear_state=True)
def handle(event: dict[str, Any], _context: object) -> object:
    """Runs the task that the state machine requests."""
    return task_runner.run(event, TASKS, services().settings)


def _validate(task: Task) -> Result:
    quote = validate_cart(task.order_id, services().orders, services().pricing)
    return {"total": quote.total.amount, "currency": quote.total.currency}


TASKS = {"ValidateCart": _validate}

"""ReserveStock and ReleaseStock."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from checkout import metrics, task_runner
from checkout.bootstrap import services
from checkout.domain.stock import Reservation
from checkout.task_runner import Result, Task
from checkout.use_cases.reserve_stock import release_stock, reserve_stock
from checkout.use_cases.warn_of_low_stock import check_stock_left

logger = Logger()


@logger.inject_lambda_context(clear_state=True)
def handle(event: dict[str, Any], _context: object) -> object:
    """Runs the task that the state machine requests."""
    return task_runner.run(event, TASKS, services().settings)


def _reserve(task: Task) -> Result:
    deps = services()
    held = reserve_stock(
        task.order_id, deps.orders, deps.stock, deps.clock, deps.parameters.hold_for()
    )
    environment = deps.settings.environment
    metrics.put(metrics.UNITS_HELD, environment, sum(line.quantity for line in held.lines))
    _check_stock_left(held, task.correlation_id)
    return {"lines": len(held.lines), "expiresAt": held.expires_at.isoformat()}


def _check_stock_left(held: Reservation, correlation_id: str) -> None:
    deps = services()
    check = check_stock_left(held, deps.stock, deps.events, deps.clock, correlation_id)
    if check.scarcest is not None:
        metrics.put(metrics.STOCK_LEFT, deps.settings.environment, check.scarcest)
    if check.failures:
        extra = {"order_id": held.order_id}
        logger.error("low stock not told yet", exc_info=check.failures, extra=extra)


def _release(task: Task) -> Result:
    return {"released": release_stock(task.order_id, services().stock, services().clock)}


TASKS = {"ReserveStock": _reserve, "ReleaseStock": _release}

"""The scheduled sweep, and the same for single orders: `{"orderIds": ["ord_…"]}`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aws_lambda_powertools import Logger

from checkout import metrics
from checkout.bootstrap import services
from checkout.domain.errors import WrongRow
from checkout.use_cases.sweep import Sweeper

logger = Logger()


@logger.inject_lambda_context(clear_state=True)
def handle(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Sweeps once and returns how often it did what; or settles the orders that are named."""
    if "orderIds" in event:
        return {"orders": _settle(event["orderIds"])}
    return _sweep()


def _sweep() -> dict[str, int]:
    deps = services()
    done = deps.sweeper().sweep()
    for what, times in done.items():
        metrics.put(metrics.SWEPT, deps.settings.environment, times, outcome=what)
    logger.info("swept", extra={"done": dict(done)})
    return dict(done)


def _settle(order_ids: Iterable[str]) -> list[dict[str, Any]]:
    sweeper = services().sweeper()
    return [_settled(order_id, sweeper) for order_id in order_ids]


def _settled(order_id: str, sweeper: Sweeper) -> dict[str, Any]:
    """What was done for an order, and its status; `problem` is why it has not ended."""
    try:
        outcome = sweeper.settle(order_id)
        status = sweeper.orders.get(order_id).status
    except Exception as error:
        logger.exception("not settled", extra={"order_id": order_id})
        return {"orderId": order_id, "outcome": "left", "final": False, "problem": _why(error)}
    return {
        "orderId": order_id,
        "outcome": outcome.value,
        "status": status.value,
        "final": outcome.is_final,
        "losses": list(sweeper.stock.losses(order_id)),
    }


def _why(error: Exception) -> str:
    causes = error.exceptions if isinstance(error, ExceptionGroup) else (error,)
    return "; ".join(map(_in_words, causes))


def _in_words(error: Exception) -> str:
    """The error and its cause: `OrderNotFound` alone would hide that the row is invalid."""
    cause = error.__cause__
    because = f" ({cause})" if isinstance(cause, WrongRow) else ""
    return f"{type(error).__name__}: {error}{because}"

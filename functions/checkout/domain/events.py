"""The events that the checkout publishes. Ids and amounts only, no personal data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from checkout.domain.money import Money
from checkout.domain.order import Order
from checkout.domain.stock import StockLevel


@dataclass(frozen=True)
class Event:
    """An event of the bus: its type (past tense) and its detail (JSON)."""

    type: str
    detail: Mapping[str, Any] = field(default_factory=dict)


def order_ended(order: Order) -> Event:
    """`OrderConfirmed`, `OrderRejected` or `OrderFailed`."""
    detail: dict[str, Any] = {
        "orderId": order.order_id,
        "customerId": order.customer_id,
        "correlationId": order.correlation_id,
        "status": order.status.value,
        "at": order.history[-1].at.isoformat(),
    }
    if order.quote:
        detail["total"] = _money(order.quote.total)
    if order.price_change:
        detail["expectedTotal"] = _money(order.price_change.expected)
    if order.rejection:
        detail["reason"] = order.rejection.code.value
    return Event(f"Order{order.status.value.capitalize()}", detail)


def payment_refunded(order: Order, amount: Money) -> Event:
    """Captured money went back to the customer."""
    detail = {
        "orderId": order.order_id,
        "correlationId": order.correlation_id,
        "amount": _money(amount),
    }
    return Event("PaymentRefunded", detail)


def stock_low(level: StockLevel, correlation_id: str = "") -> Event:
    """A product's stock crossed its threshold, by a request unless the sweeper noticed it."""
    detail = {"sku": level.sku, "available": level.available, "threshold": level.low_threshold}
    cause = {"correlationId": correlation_id} if correlation_id else {}
    return Event("StockLow", {**detail, **cause})


def _money(money: Money) -> dict[str, Any]:
    return {"amount": money.amount, "currency": money.currency}

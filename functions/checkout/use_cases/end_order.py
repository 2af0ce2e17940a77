"""The three ends of an order: GenerateOrder, RejectOrder, FailOrder. And telling the world."""

from __future__ import annotations

from checkout.domain import events as domain_events
from checkout.domain.errors import OrderStillOpen, PaymentMissing
from checkout.domain.order import Order, OrderStatus, Rejection
from checkout.domain.payment import balance
from checkout.ports import Clock, Events, Ledger, Orders


def generate_order(order_id: str, orders: Orders, ledger: Ledger, clock: Clock) -> None:
    """Confirms the order and commits its reservation, together.

    Raises `PaymentMissing` if its total was not captured, `OrderClosed` if it ended another
    way, `ReservationClosed` if its stock was given back meanwhile.
    """
    order = orders.get(order_id)
    total = order.require_quote().total
    captured = balance(ledger.entries(order_id), total.currency)
    if order.is_open and captured != total:
        raise PaymentMissing(captured, total)
    orders.confirm(order_id, clock.now())


def reject_order(order_id: str, rejection: Rejection, orders: Orders, clock: Clock) -> None:
    """Ends the order for a reason of the customer's or the shop's. Raises `OrderClosed`."""
    orders.close(order_id, OrderStatus.REJECTED, clock.now(), rejection)


def fail_order(order_id: str, orders: Orders, clock: Clock) -> None:
    """Ends the order for a reason of ours. Raises `OrderClosed`."""
    orders.close(order_id, OrderStatus.FAILED, clock.now(), None)


def publish_outcome(order_id: str, orders: Orders, events: Events, clock: Clock) -> Order:
    """Puts the event of the end status on the bus, at least once.

    Raises `OrderStillOpen` if there is no end: the step that should have ended it did not.
    """
    order = orders.get(order_id)
    if order.is_open:
        raise OrderStillOpen(order_id)
    if order.published_at is None:
        events.publish(domain_events.order_ended(order))
        orders.mark_published(order_id, clock.now())
    return order

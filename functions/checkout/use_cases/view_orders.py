"""A customer's own orders. Somebody else's do not exist, not even by their id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checkout.domain.errors import OrderNotFound
from checkout.domain.order import Order
from checkout.domain.payment import LedgerEntry
from checkout.ports import Ledger, Orders, Page


@dataclass(frozen=True)
class OrderView:
    """An order and what its money did."""

    order: Order
    entries: Sequence[LedgerEntry]


def get_order(order_id: str, customer_id: str, orders: Orders, ledger: Ledger) -> OrderView:
    """One order. Raises `OrderNotFound`, also for another customer's order."""
    order = orders.get(order_id)
    if order.customer_id != customer_id:
        raise OrderNotFound(order_id)
    return OrderView(order, ledger.entries(order_id))


def list_orders(
    customer_id: str, limit: int, cursor: str | None, orders: Orders, ledger: Ledger
) -> Page[OrderView]:
    """A page of a customer's orders, newest first. Raises `InvalidCursor`."""
    page = orders.of_customer(customer_id, limit, cursor)
    views = [OrderView(order, ledger.entries(order.order_id)) for order in page.items]
    return Page(views, page.cursor)

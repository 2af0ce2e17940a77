"""ReserveStock and its compensation, ReleaseStock."""

from __future__ import annotations

from datetime import timedelta

from checkout.domain.cart import CartLine
from checkout.domain.stock import Reservation
from checkout.ports import Clock, Orders, Stock


def reserve_stock(
    order_id: str, orders: Orders, stock: Stock, clock: Clock, hold_for: timedelta
) -> Reservation:
    """Holds all lines of the order and redeems its promotions, or nothing at all.

    Raises `OutOfStock`, `PromotionExhausted`, `NotFirstOrder`, `PriceChanged`, or
    `ReservationClosed` if it came too late.
    """
    order = orders.get(order_id)
    now, promotions = clock.now(), tuple(applied.code for applied in order.require_quote().applied)
    reservation = Reservation(
        order_id=order_id,
        customer_id=order.customer_id,
        lines=tuple(CartLine(line.sku, line.quantity) for line in order.require_quote().lines),
        promotions=promotions,
        held_at=now,
        expires_at=now + hold_for,
        first_order=bool(promotions) and orders.is_first(order),
    )
    stock.hold(reservation)
    return reservation


def release_stock(order_id: str, stock: Stock, clock: Clock) -> bool:
    """Gives back what the order holds; returns whether there was anything."""
    return stock.release(order_id, clock.now())

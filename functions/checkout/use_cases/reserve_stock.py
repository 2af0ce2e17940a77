"""ReserveStock and its compensation, ReleaseStock."""

from __future__ import annotations

from datetime import datetime, timedelta

from checkout.domain import events as domain_events
from checkout.domain.cart import CartLine
from checkout.domain.stock import Reservation
from checkout.ports import Clock, Events, Orders, Stock

WARNING_CLAIM = timedelta(seconds=60)
"""Longer than a step lasts: nobody else tells of a low stock while an order is about to."""


def reserve_stock(
    order_id: str, orders: Orders, stock: Stock, events: Events, clock: Clock, hold_for: timedelta
) -> Reservation:
    """Holds all lines of the order and redeems its promotions, or nothing at all.

    Raises `OutOfStock`, `PromotionExhausted`, or `ReservationClosed` if it came too late.
    """
    order = orders.get(order_id)
    now = clock.now()
    reservation = Reservation(
        order_id=order_id,
        customer_id=order.customer_id,
        lines=tuple(CartLine(line.sku, line.quantity) for line in order.priced.lines),
        promotions=tuple(applied.code for applied in order.priced.applied),
        held_at=now,
        expires_at=now + hold_for,
    )
    stock.hold(reservation)
    _warn_of_low_stock(reservation, stock, events, now)
    return reservation


def release_stock(order_id: str, stock: Stock, clock: Clock) -> bool:
    """Gives back what the order holds; returns whether there was anything."""
    return stock.release(order_id, clock.now())


def _warn_of_low_stock(
    reservation: Reservation, stock: Stock, events: Events, now: datetime
) -> None:
    """Told once for each time that the stock falls to its threshold, whoever races.

    If the teller dies between telling and noting it, it is told again: by this order's next
    attempt, or after `WARNING_CLAIM` by the next order of the product. It is never lost to that.
    """
    order_id = reservation.order_id
    for level in stock.levels(line.sku for line in reservation.lines).values():
        until = now + WARNING_CLAIM
        if level.wants_warning and stock.begin_warning(level.sku, order_id, now, until):
            events.publish(domain_events.stock_low(level))
            stock.mark_warned(level.sku, order_id)

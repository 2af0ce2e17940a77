"""Accepting an order: once for each idempotency key, whatever the client repeats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from checkout.domain import order as orders_domain
from checkout.domain.errors import IdempotencyConflict, InvalidCart, PriceChanged
from checkout.domain.money import MOST, Money, zero
from checkout.domain.order import OrderRequest, Simulation
from checkout.ports import Clock, IdempotencyRecord, Ids, Orders, Workflow
from checkout.use_cases.quote_cart import Pricing

KEY_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True)
class PlaceOrder:
    """A customer's wish. `body_hash` tells a repetition from another wish under the same key.

    `expected_total` is the total that the client saw, None if it did not say.
    """

    customer_id: str
    key: str
    body_hash: str
    request: OrderRequest
    expected_total: Money | None = None
    simulate: Simulation | None = None


def place_order(
    wish: PlaceOrder,
    orders: Orders,
    workflow: Workflow,
    pricing: Callable[[], Pricing],
    clock: Clock,
    ids: Ids,
) -> str:
    """Stores the order, starts its workflow, and returns its id.

    A repetition gets the id of the first call. It starts the workflow again, which does nothing
    unless the first call died between storing and starting.

    Raises `IdempotencyConflict` for another body under a used key, `PriceChanged` if the
    expected total no longer holds.
    """
    now = clock.now()
    record = orders.replay_of(wish.customer_id, wish.key, now)
    if record is None:
        agreed = _agreed_total(wish, pricing())
        order = orders_domain.place(
            ids.order_id(), wish.customer_id, wish.key, wish.request, now, wish.simulate, agreed
        )
        record = orders.place(order, _record(wish, order.order_id, clock))
    if record.body_hash != wish.body_hash:
        raise IdempotencyConflict(wish.key)
    workflow.start(record.order_id, wish.simulate)
    return record.order_id


def _agreed_total(wish: PlaceOrder, pricing: Pricing) -> Money:
    """What the customer agrees to pay at most: the total that was seen, else the total as of now.

    A cart that cannot be priced passes: the workflow rejects it and says why. If nobody has seen
    a total of it, nothing was agreed to: should it have a price later on, it is not charged.
    """
    request = wish.request
    try:
        total = pricing.quote(
            request.items, request.discount_codes, request.shipping_address.destination
        ).total
    except InvalidCart:
        return _kept(wish.expected_total) or zero(pricing.rules.currency)
    if wish.expected_total and wish.expected_total != total:
        raise PriceChanged(wish.expected_total, total)
    return total


def _kept(seen: Money | None) -> Money | None:
    """An expected total that no price was compared with may be any number at all."""
    return Money(min(max(seen.amount, 0), MOST), seen.currency) if seen else None


def _record(wish: PlaceOrder, order_id: str, clock: Clock) -> IdempotencyRecord:
    now = clock.now()
    return IdempotencyRecord(
        wish.customer_id, wish.key, wish.body_hash, order_id, now, now + KEY_LIFETIME
    )

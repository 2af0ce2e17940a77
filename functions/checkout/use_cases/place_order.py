"""Accepting an order: once for each idempotency key, whatever the client repeats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from checkout.domain import order as orders_domain
from checkout.domain.errors import IdempotencyConflict, InvalidCart, PriceChanged
from checkout.domain.money import Money
from checkout.domain.order import OrderRequest, Simulation
from checkout.ports import Clock, IdempotencyRecord, Ids, Orders, Workflow
from checkout.use_cases.quote_cart import Pricing

KEY_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True)
class PlaceOrder:
    """A customer's wish. `body_hash` tells a repetition from another wish under the same key."""

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
        _check_price(wish, pricing)
        order = orders_domain.place(
            ids.order_id(), wish.customer_id, wish.key, wish.request, now, wish.simulate
        )
        record = orders.place(order, _record(wish, order.order_id, clock))
    if record.body_hash != wish.body_hash:
        raise IdempotencyConflict(wish.key)
    workflow.start(record.order_id, wish.simulate)
    return record.order_id


def _check_price(wish: PlaceOrder, pricing: Callable[[], Pricing]) -> None:
    """A cart that cannot be priced passes: the workflow rejects it and says why."""
    if wish.expected_total is None:
        return
    request = wish.request
    try:
        quote = pricing().quote(
            request.items, request.discount_codes, request.shipping_address.destination
        )
    except InvalidCart:
        return
    if quote.total != wish.expected_total:
        raise PriceChanged(wish.expected_total, quote.total)


def _record(wish: PlaceOrder, order_id: str, clock: Clock) -> IdempotencyRecord:
    now = clock.now()
    return IdempotencyRecord(
        wish.customer_id, wish.key, wish.body_hash, order_id, now, now + KEY_LIFETIME
    )

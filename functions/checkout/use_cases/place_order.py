"""Accepting an order: once for each idempotency key, whatever the client repeats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from checkout.domain.errors import IdempotencyConflict, InvalidCart, PriceChanged
from checkout.domain.money import MOST, Money, zero
from checkout.domain.order import FaultInjection, Order, OrderRequest, new_order
from checkout.ports import Clock, IdempotencyRecord, Ids, Orders, Workflow
from checkout.use_cases.quote_cart import Pricing

KEY_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True)
class PlaceOrder:
    """What a customer orders. `body_hash` tells a repetition from another body under the same key.

    `expected_total` is the total that the client saw, None if it did not say.
    `correlation_id` is the request's; without one, the order's own id takes its place.
    """

    customer_id: str
    key: str
    body_hash: str
    request: OrderRequest
    expected_total: Money | None = None
    simulate: FaultInjection | None = None
    correlation_id: str = ""


def place_order(
    command: PlaceOrder,
    orders: Orders,
    workflow: Workflow,
    pricing: Callable[[], Pricing],
    clock: Clock,
    ids: Ids,
) -> IdempotencyRecord:
    """Stores the order, starts its workflow, and returns the record with its id.

    A repetition gets the record of the first call. It starts the workflow again, which does nothing
    unless the first call died between storing and starting.

    Raises `IdempotencyConflict` for another body under a used key, `PriceChanged` if the
    expected total no longer holds.
    """
    now = clock.now()
    record = orders.replay_of(command.customer_id, command.key, now)
    if record is None:
        agreed = _agreed_total(command, pricing())
        order = new_order(
            ids.order_id(),
            command.customer_id,
            command.key,
            command.request,
            now,
            command.simulate,
            agreed,
            command.correlation_id,
        )
        record = orders.place(order, _record(command, order, clock))
    if record.body_hash != command.body_hash:
        raise IdempotencyConflict(command.key)
    workflow.start(record.order_id, command.simulate, record.correlation_id)
    return record


def _agreed_total(command: PlaceOrder, pricing: Pricing) -> Money:
    """What the customer agrees to pay at most: the total that was seen, else the total as of now.

    A cart that cannot be priced passes: the workflow rejects it and says why. If nobody has seen
    a total of it, nothing was agreed to: should it have a price later on, it is not charged.
    """
    request = command.request
    try:
        total = pricing.quote(
            request.items, request.discount_codes, request.shipping_address.destination
        ).total
    except InvalidCart:
        return _kept(command.expected_total) or zero(pricing.rules.currency)
    if command.expected_total and command.expected_total != total:
        raise PriceChanged(command.expected_total, total)
    return total


def _kept(seen: Money | None) -> Money | None:
    """An expected total that no price was compared with may be any number at all."""
    return Money(min(max(seen.amount, 0), MOST), seen.currency) if seen else None


def _record(command: PlaceOrder, order: Order, clock: Clock) -> IdempotencyRecord:
    now = clock.now()
    return IdempotencyRecord(
        command.customer_id,
        command.key,
        command.body_hash,
        order.order_id,
        now,
        now + KEY_LIFETIME,
        order.correlation_id,
    )

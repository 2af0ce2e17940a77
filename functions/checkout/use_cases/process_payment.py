"""ProcessPayment and its compensation, RefundPayment."""

from __future__ import annotations

from checkout.domain import events as domain_events
from checkout.domain.errors import AlreadyConfirmed, PaymentDeclined
from checkout.domain.money import Money
from checkout.domain.order import Order, OrderStatus
from checkout.domain.payment import EntryKind, LedgerEntry, charge_key
from checkout.ports import Clock, Events, Ledger, Orders, PaymentGateway


def process_payment(
    order_id: str, orders: Orders, gateway: PaymentGateway, ledger: Ledger, clock: Clock
) -> Money:
    """Takes the order's total, once however often it is called; returns what was taken.

    Raises `PaymentDeclined`, `GatewayTimeout`, or `ChargeReversed` if it came too late.
    """
    order = orders.get(order_id)
    amount = order.require_quote().total
    if amount.amount == 0:
        return amount
    _authorise(order, amount, gateway, ledger, clock)
    gateway.capture(charge_key(order_id))
    ledger.append(_entry(order_id, EntryKind.CAPTURED, amount, clock))
    return amount


def _authorise(
    order: Order, amount: Money, gateway: PaymentGateway, ledger: Ledger, clock: Clock
) -> None:
    try:
        gateway.authorise(charge_key(order.order_id), amount, order.request.payment_token)
    except PaymentDeclined as declined:
        ledger.append(
            _entry(order.order_id, EntryKind.DECLINED, amount, clock, reason=declined.reason)
        )
        raise
    ledger.append(_entry(order.order_id, EntryKind.AUTHORISED, amount, clock))


def refund_payment(
    order_id: str,
    orders: Orders,
    gateway: PaymentGateway,
    ledger: Ledger,
    events: Events,
    clock: Clock,
) -> Money | None:
    """Gives back whatever was taken, and blocks a charge that comes late.

    It asks the gateway and not our ledger: a step that died after charging wrote nothing down.
    What the gateway captured is first written into the ledger, then its refund.

    Returns the amount refunded, None if nothing had been captured. Raises `AlreadyConfirmed` if
    the order is: the answer of the step that confirmed it may have been lost.
    """
    order = orders.get(order_id)
    if order.status is OrderStatus.CONFIRMED:
        raise AlreadyConfirmed(order_id)
    reversal = gateway.reverse(charge_key(order_id))
    if reversal.authorised:
        ledger.append(_entry(order_id, EntryKind.VOIDED, reversal.authorised, clock))
    if reversal.captured is None:
        return None
    ledger.append(_entry(order_id, EntryKind.CAPTURED, reversal.captured, clock))
    ledger.append(_entry(order_id, EntryKind.REFUNDED, reversal.captured, clock))
    events.publish(domain_events.payment_refunded(order, reversal.captured))
    return reversal.captured


def _entry(
    order_id: str, kind: EntryKind, amount: Money, clock: Clock, reason: str = ""
) -> LedgerEntry:
    return LedgerEntry(order_id, kind, amount, charge_key(order_id), clock.now(), reason)

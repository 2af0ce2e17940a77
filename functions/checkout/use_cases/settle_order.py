"""Bringing an order to its end when its workflow did not, by looking at the books.

Every answer that got lost on the way is written down somewhere: the order, its reservation, the
ledger and the gateway. So this asks them, and nobody's memory of what happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from checkout.domain.errors import PaymentDeclined
from checkout.domain.order import Order, Rejection, RejectionCode
from checkout.domain.payment import EntryKind
from checkout.ports import (
    Clock,
    Events,
    Ledger,
    Monitoring,
    Orders,
    PaymentGateway,
    Stock,
    Workflow,
)
from checkout.use_cases.attempts import attempt_all
from checkout.use_cases.end_order import fail_order, publish_outcome, reject_order
from checkout.use_cases.process_payment import refund_payment
from checkout.use_cases.reserve_stock import release_stock


class Outcome(StrEnum):
    """What there was to do for an order."""

    RUNNING = "running"
    STARTED = "started"
    UNDONE = "undone"
    PUBLISHED = "published"
    FINISHED = "finished"

    @property
    def is_final(self) -> bool:
        """Whether the order has ended and its event was published."""
        return self not in (Outcome.RUNNING, Outcome.STARTED)


@dataclass(frozen=True)
class Settler:
    """Settles orders, with everything it needs. Two that settle the same order do no harm."""

    orders: Orders
    stock: Stock
    gateway: PaymentGateway
    ledger: Ledger
    events: Events
    workflow: Workflow
    clock: Clock
    monitoring: Monitoring

    def settle(self, order_id: str) -> Outcome:
        """Does what the order's workflow left undone; leaves alone what is still running.

        The execution is looked at first: what it wrote before it ended is then in the books.
        Raises `OrderNotFound`, or an ExceptionGroup if something could not be given back; then
        the order stays open.
        """
        execution_ended = self.workflow.has_ended(order_id)
        if execution_ended is False:
            return Outcome.RUNNING
        order = self.orders.get(order_id)
        outcome = self._settle(order, started=execution_ended is not None)
        self.monitoring.settled(order, outcome.value)
        return outcome

    def _settle(self, order: Order, started: bool) -> Outcome:
        if order.is_open and not started:
            self.workflow.start(order.order_id, order.simulate, order.correlation_id)
            return Outcome.STARTED
        if order.is_open:
            self._undo(order)
        publish_outcome(order.order_id, self.orders, self.events, self.clock)
        return _what_was_done(order)

    def _undo(self, order: Order) -> None:
        """The order ends only when both the money and the stock are back where they were."""
        attempt_all([partial(self._refund, order.order_id), partial(self._release, order.order_id)])
        rejection = self._rejection(order)
        if rejection:
            reject_order(order.order_id, rejection, self.orders, self.clock)
        else:
            fail_order(order.order_id, self.orders, self.clock)

    def _refund(self, order_id: str) -> None:
        refund_payment(order_id, self.orders, self.gateway, self.ledger, self.events, self.clock)

    def _release(self, order_id: str) -> None:
        release_stock(order_id, self.stock, self.clock)

    def _rejection(self, order: Order) -> Rejection | None:
        """The reasons of the customer's or the shop's that are in the books."""
        if order.price_change:
            return Rejection(RejectionCode.PRICE_CHANGED, str(order.price_change))
        for entry in self.ledger.entries(order.order_id):
            if entry.kind is EntryKind.DECLINED:
                message = str(PaymentDeclined(entry.reason))
                return Rejection(RejectionCode.PAYMENT_DECLINED, message)
        return None


def _what_was_done(order: Order) -> Outcome:
    if order.is_open:
        return Outcome.UNDONE
    return Outcome.FINISHED if order.published_at else Outcome.PUBLISHED

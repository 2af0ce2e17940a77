"""What nobody finished: orders whose execution died, and reservations past their time.

The sweeper looks at the books and at the execution, and does what the workflow would have done:
publish an end that is not out, start what was never started, undo what died half-way.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import chain

from checkout.domain.errors import CheckoutError, ReservationClosed
from checkout.domain.order import Order
from checkout.domain.stock import Reservation
from checkout.ports import Clock, Events, Ledger, Orders, PaymentGateway, Stock, Workflow
from checkout.use_cases.end_order import fail_order, publish_outcome
from checkout.use_cases.process_payment import refund_payment
from checkout.use_cases.reserve_stock import release_stock

PATIENCE = timedelta(seconds=60)
"""How long an order is left to its workflow before the sweeper looks at it."""


@dataclass(frozen=True)
class Sweeper:
    """The sweep, with everything it needs."""

    orders: Orders
    stock: Stock
    gateway: PaymentGateway
    ledger: Ledger
    events: Events
    workflow: Workflow
    clock: Clock

    def sweep(self) -> Counter[str]:
        """Goes once over all open orders and expired reservations; returns what was done.

        One that fails does not stop the others; at the end an ExceptionGroup has the failures.
        """
        now = self.clock.now()
        jobs = chain(
            (partial(self._settle, order) for order in self.orders.open_since(now - PATIENCE)),
            (partial(self._give_back, held) for held in self.stock.expired(now)),
        )
        done: Counter[str] = Counter()
        failures: list[Exception] = []
        for job in jobs:
            try:
                done[job()] += 1
            except Exception as failure:
                failures.append(failure)
        if failures:
            raise ExceptionGroup("Some are left for the next sweep", failures)
        return done

    def _settle(self, order: Order) -> str:
        if not order.is_open:
            publish_outcome(order.order_id, self.orders, self.events, self.clock)
            return "published"
        ended = self.workflow.has_ended(order.order_id)
        if ended is None:
            self.workflow.start(order.order_id, order.simulate)
            return "started"
        return self._undo(order.order_id) if ended else "running"

    def _give_back(self, held: Reservation) -> str:
        """An expired hold of a running order is released too: its confirmation then fails."""
        try:
            release_stock(held.order_id, self.stock, self.clock)
        except ReservationClosed:
            return "committed meanwhile"
        return "released"

    def _undo(self, order_id: str) -> str:
        try:
            self._refund(order_id)
            release_stock(order_id, self.stock, self.clock)
            fail_order(order_id, self.orders, self.clock)
            publish_outcome(order_id, self.orders, self.events, self.clock)
        except CheckoutError:
            return "left for the next sweep"
        return "undone"

    def _refund(self, order_id: str) -> None:
        refund_payment(order_id, self.orders, self.gateway, self.ledger, self.events, self.clock)

"""What was left unfinished: orders, expired reservations, alerts of low stock not sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import chain, takewhile

from checkout.domain.errors import ReservationClosed
from checkout.use_cases.attempts import attempt_all
from checkout.use_cases.reserve_stock import release_stock
from checkout.use_cases.settle_order import Settler
from checkout.use_cases.warn_of_low_stock import warn_of_low_stock

STALE_AFTER = timedelta(seconds=60)
"""How long an order is left to its workflow before the sweeper looks at it."""

TIME_LIMIT = timedelta(seconds=20)
"""How long a sweep goes on. The next one, a minute later, begins with what is oldest then: in a
rush there are too many open orders for one, and looking at all of them would slow them down."""


@dataclass(frozen=True)
class Sweeper(Settler):
    """Settles open orders, releases expired reservations, sends alerts of low stock."""

    def sweep(self) -> Counter[str]:
        """Goes once over all that may be left; returns what was done, and how often.

        Open orders come last: they may be more than there is time for. One that fails does not
        stop the others; at the end an ExceptionGroup has the failures.
        """
        until = self.clock.now() + TIME_LIMIT
        jobs = chain(self._reservations(), self._warnings(), self._orders())
        return Counter(attempt_all(takewhile(lambda _job: self.clock.now() < until, jobs)))

    def _orders(self) -> Iterator[Callable[[], str]]:
        """The index of open orders is a moment behind: `settle` reads each order itself."""
        for order_id in self.orders.open_since(self.clock.now() - STALE_AFTER):
            yield partial(self.settle, order_id)

    def _reservations(self) -> Iterator[Callable[[], str]]:
        expired = self.stock.expired(self.clock.now())
        return (partial(self._give_back, order_id) for order_id in expired)

    def _give_back(self, order_id: str) -> str:
        """An expired hold of a running order is released too: its confirmation then fails.

        So a hold never outlives its time, and an order is never confirmed without its hold.
        """
        try:
            release_stock(order_id, self.stock, self.clock)
        except ReservationClosed:
            return "committed meanwhile"
        return "released"

    def _warnings(self) -> Iterator[Callable[[], str]]:
        now = self.clock.now()
        return (partial(self._warn, sku, f"sweep {now}") for sku in self.stock.unsent_alerts(now))

    def _warn(self, sku: str, claimant: str) -> str:
        warn_of_low_stock([sku], claimant, self.stock, self.events, self.clock)
        return "warned"

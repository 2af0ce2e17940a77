"""What nobody finished: orders whose execution died, and reservations past their time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import chain

from checkout.domain.errors import ReservationClosed
from checkout.domain.stock import Reservation
from checkout.use_cases.reserve_stock import release_stock
from checkout.use_cases.settle_order import Settler, each

PATIENCE = timedelta(seconds=60)
"""How long an order is left to its workflow before the sweeper looks at it."""


@dataclass(frozen=True)
class Sweeper(Settler):
    """Settles every order that is left open, and gives back what is held for too long."""

    def sweep(self) -> Counter[str]:
        """Goes once over all open orders and expired reservations; returns what was done.

        One that fails does not stop the others; at the end an ExceptionGroup has the failures.
        """
        return Counter(each(chain(self._orders(), self._reservations())))

    def _orders(self) -> Iterator[Callable[[], str]]:
        """The index of open orders is a moment behind: `settle` reads each order itself."""
        for order in self.orders.open_since(self.clock.now() - PATIENCE):
            yield partial(self.settle, order.order_id)

    def _reservations(self) -> Iterator[Callable[[], str]]:
        return (partial(self._give_back, held) for held in self.stock.expired(self.clock.now()))

    def _give_back(self, held: Reservation) -> str:
        """An expired hold of a running order is released too: its confirmation then fails.

        So a hold never outlives its time, and an order is never confirmed without its hold.
        """
        try:
            release_stock(held.order_id, self.stock, self.clock)
        except ReservationClosed:
            return "committed meanwhile"
        return "released"

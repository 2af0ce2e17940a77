"""`StockLow`: told once for each time that the stock falls to its threshold, whoever races.

It is never a reason to fail an order, and never lost: a telling that failed leaves its claim
behind, and the sweeper tells what was claimed and not told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from checkout.domain import events as domain_events
from checkout.domain.stock import Reservation, StockLevel
from checkout.ports import Clock, Events, Stock
from checkout.use_cases.attempts import attempt_all

CLAIM = timedelta(seconds=60)
"""Longer than a step lasts: nobody else tells of a low stock while an order is about to."""


def warn_of_low_stock(
    skus: Iterable[str], teller: str, stock: Stock, events: Events, clock: Clock
) -> Collection[StockLevel]:
    """Tells of those products that are low and not told yet. `teller` names who claims to tell.

    If the teller dies between telling and noting it, it is told again: by its next attempt, or
    after `CLAIM` by the next order of the product or by the sweeper. Every product is tried; then
    an ExceptionGroup has what is claimed and not told. Returns how much there is of each product.
    """
    levels = stock.levels(skus).values()
    attempt_all(
        partial(_tell, level, teller, stock, events)
        for level in levels
        if level.wants_warning and _claim(level.sku, teller, stock, clock)
    )
    return levels


@dataclass(frozen=True)
class StockCheck:
    """What is left of an order's products, and why some warnings are still to be sent, if any."""

    levels: Collection[StockLevel] = ()
    failures: ExceptionGroup[Exception] | None = None

    @property
    def scarcest(self) -> int | None:
        """The pieces left of the product with the fewest; None where nothing is known."""
        return min((level.available for level in self.levels), default=None)


def check_stock_left(held: Reservation, stock: Stock, events: Events, clock: Clock) -> StockCheck:
    """Warns of what an order has made low. A warning that fails does not fail the order.

    Its claim stays, so the sweeper sends it later.
    """
    skus = [line.sku for line in held.lines]
    try:
        return StockCheck(warn_of_low_stock(skus, held.order_id, stock, events, clock))
    except ExceptionGroup as failures:
        return StockCheck(failures=failures)


def _claim(sku: str, teller: str, stock: Stock, clock: Clock) -> bool:
    now = clock.now()
    return stock.begin_warning(sku, teller, now, now + CLAIM)


def _tell(level: StockLevel, teller: str, stock: Stock, events: Events) -> None:
    events.publish(domain_events.stock_low(level))
    stock.mark_warned(level.sku, teller)

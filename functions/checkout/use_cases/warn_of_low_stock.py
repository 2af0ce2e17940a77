"""`StockLow`: published once for each time that the stock falls to its threshold, whoever races.

It is never a reason to fail an order, and never lost: an alert that could not be sent leaves its
claim behind, and the sweeper sends what was claimed and not sent.
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
"""Longer than a step lasts, so that no other claimant sends an alert that an order is sending."""


def warn_of_low_stock(
    skus: Iterable[str],
    claimant: str,
    stock: Stock,
    events: Events,
    clock: Clock,
    correlation_id: str = "",
) -> Collection[StockLevel]:
    """Publishes `StockLow` for the products that are low, unless it was published already.

    `claimant` names the caller, `correlation_id` the request that it works for, if there is one.
    If the caller dies before it has stored that the event is out, the event is published again: by
    its next attempt, or after `CLAIM` by the next order of the product or by the sweeper. Every
    product is tried; then an ExceptionGroup is raised with what failed. Returns the stock levels of
    the products.
    """
    levels = stock.levels(skus).values()
    attempt_all(
        partial(_send_alert, level, claimant, stock, events, correlation_id)
        for level in levels
        if level.wants_warning and _claim(level.sku, claimant, stock, clock)
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


def check_stock_left(
    held: Reservation, stock: Stock, events: Events, clock: Clock, correlation_id: str
) -> StockCheck:
    """Warns of what an order has made low. A warning that fails does not fail the order.

    Its claim stays, so the sweeper sends it later.
    """
    skus = [line.sku for line in held.lines]
    try:
        levels = warn_of_low_stock(skus, held.order_id, stock, events, clock, correlation_id)
        return StockCheck(levels)
    except ExceptionGroup as failures:
        return StockCheck(failures=failures)


def _claim(sku: str, claimant: str, stock: Stock, clock: Clock) -> bool:
    now = clock.now()
    return stock.claim_alert(sku, claimant, now, now + CLAIM)


def _send_alert(
    level: StockLevel, claimant: str, stock: Stock, events: Events, correlation_id: str
) -> None:
    events.publish(domain_events.stock_low(level, correlation_id))
    stock.mark_alert_sent(level.sku, claimant)

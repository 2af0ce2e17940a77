"""Estimates the monthly costs of the environment: the short form of `lab cost`."""

from __future__ import annotations

from dataclasses import dataclass

from lab.measure import cost


@dataclass(frozen=True)
class Cost:
    """US dollars at list prices, without the free tier, which would save `free_usd`.

    `fixed_usd` is the part that does not depend on orders.
    """

    orders_per_month: int
    per_month_usd: float
    fixed_usd: float
    per_order_usd: float
    free_usd: float


def look(environment: str) -> Cost:
    """The monthly costs, from the stored count of an order."""
    bill = cost.of(environment)
    return Cost(
        bill.orders_per_month, bill.total(), bill.total("fixed"), bill.per_order, bill.free_usd
    )

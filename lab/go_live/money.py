"""What the environment will cost in a month: the short form of `lab cost`."""

from __future__ import annotations

from dataclasses import dataclass

from lab.measure import cost


@dataclass(frozen=True)
class Cost:
    """US dollars at list prices, without the free tier, which would take off `free_usd`.

    `fixed_usd` is for what stands there, whether anybody buys or not.
    """

    orders_per_month: int
    per_month_usd: float
    fixed_usd: float
    per_order_usd: float
    free_usd: float


def look(environment: str) -> Cost:
    """A month of the environment, from the order that was last counted."""
    bill = cost.of(environment)
    return Cost(
        bill.orders_per_month, bill.total(), bill.total("fixed"), bill.per_order, bill.free_usd
    )

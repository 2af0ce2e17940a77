"""Orders under load: how long each takes, and how many come out."""

from __future__ import annotations

from dataclasses import dataclass

from lab.lessons.crowds import race
from lab.lessons.lesson import Lesson


@dataclass(frozen=True)
class Load:
    """What some customers saw who bought at the same time, one order after the other each."""

    customers: int
    seconds_per_order: float
    orders_per_second: float


def under_load(lesson: Lesson, sku: str, customers: int, orders: int) -> Load:
    """Lets `customers` buy `orders` each at the same time, and waits until all have ended.

    Raises what the first customer raised whose order did not go through.
    """

    def shop(_number: int) -> None:
        for _ in range(orders):
            lesson.buy({sku: 1})

    attempts = race(shop, customers).attempts
    for attempt in attempts:
        if attempt.error:
            raise attempt.error
    shopping = sum(attempt.ended - attempt.began for attempt in attempts)
    lasted = max(attempt.ended for attempt in attempts)
    placed = customers * orders
    return Load(customers, shopping / placed, placed / lasted)

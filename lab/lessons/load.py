"""Orders under load: how long each takes, and how many come out."""

from __future__ import annotations

from dataclasses import dataclass

from lab.lessons.crowds import race
from lab.lessons.lesson import Lesson
from lab.measure.cost import sizing
from lab.measure.cost.counted import Counted


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


@dataclass(frozen=True)
class Billed:
    """A function in one order: invocations, and their time in all, here and on AWS (ms)."""

    name: str
    invocations: int
    memory_mb: int
    here_ms: float
    aws_ms: float


def billed(counted: Counted) -> list[Billed]:
    """The functions of one order. `aws_ms` is modelled: Lambda's processor goes with the memory."""
    measured = {one.name: one for one in counted.memory}
    return [
        Billed(
            use.name,
            use.invocations,
            use.memory_mb,
            use.billed_ms,
            round(use.invocations * sizing.duration_ms(measured[use.name], use.memory_mb)),
        )
        for use in counted.functions
    ]

"""Measures orders under load: their duration and rate."""

from __future__ import annotations

from dataclasses import dataclass

from lab.lessons.crowds import race
from lab.lessons.lesson import Lesson
from lab.measure.cost import sizing
from lab.measure.cost.counted import Counted


@dataclass(frozen=True)
class Load:
    """The result of several customers at a time, each placing one order after the other."""

    customers: int
    seconds_per_order: float
    orders_per_second: float


def under_load(lesson: Lesson, sku: str, customers: int, orders: int) -> Load:
    """Lets `customers` place `orders` each at the same time, and waits until all have ended.

    Raises the first error of a customer.
    """

    def shop(_number: int) -> None:
        for _ in range(orders):
            lesson.buy({sku: 1})

    attempts = race(shop, customers).attempts
    for attempt in attempts:
        if attempt.error:
            raise attempt.error
    shopping = sum(attempt.ended - attempt.began for attempt in attempts)
    duration = max(attempt.ended for attempt in attempts)
    placed = customers * orders
    return Load(customers, shopping / placed, placed / duration)


@dataclass(frozen=True)
class Billed:
    """The use of a function by one order: invocations, and their total time here and on AWS."""

    name: str
    invocations: int
    memory_mb: int
    here_ms: float
    aws_ms: float


def billed(counted: Counted) -> list[Billed]:
    """The functions of one order. `aws_ms` is estimated from the memory size."""
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

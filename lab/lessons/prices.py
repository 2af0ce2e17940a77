"""How a shop should not compute prices: seen to fail in lesson 03, then put right."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from checkout.domain.money import Money


def trusting_total(cart: Mapping[str, Any]) -> int:
    """The total in cents, from the prices that the client sent along."""
    return sum(line["quantity"] * line["unitPrice"]["amount"] for line in cart["items"])


def rounded_by_line(cents: Sequence[int], basis_points: int) -> int:
    """A percentage of each line, rounded half up each time, then added up; in cents."""
    return sum(Money(line, "USD").fraction(basis_points).amount for line in cents)


def rounded_once(cents: Sequence[int], basis_points: int) -> int:
    """The same percentage of the whole, rounded once; in cents."""
    return Money(sum(cents), "USD").fraction(basis_points).amount


def cents_astray(basis_points: int, lines: int, carts: int = 2000, seed: int = 3) -> Counter[int]:
    """How often rounding by line is how many cents away, over random carts of so many lines."""
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    drawn = ([dice.randint(99, 9999) for _ in range(lines)] for _ in range(carts))
    return Counter(rounded_by_line(c, basis_points) - rounded_once(c, basis_points) for c in drawn)

"""Money: integer minor units and a currency, and the lab's one rounding rule.

The rounding rule: half up, that is, away from zero for the amounts here, which are never
negative. It is applied once for each percentage, never to a running sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checkout.domain.currencies import decimals

BASIS_POINTS = 10_000  # one hundred percent

MOST = 2**53 - 1
"""No amount is larger, in minor units: what every reader of JSON still reads as it is."""


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum."""


@dataclass(frozen=True)
class Money:
    """An amount in minor units: `Money(1999, "USD")` is 19.99 dollars, `Money(1999, "JPY")` yen."""

    amount: int
    currency: str

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other).amount, self.currency)

    def __mul__(self, factor: int) -> Money:
        return Money(self.amount * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other).amount

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other).amount

    def __str__(self) -> str:
        places = decimals(self.currency)
        units, minor = divmod(abs(self.amount), 10**places)
        fraction = f".{minor:0{places}}" if places else ""
        return f"{'-' if self.amount < 0 else ''}{units:,}{fraction} {self.currency}"

    def fraction(self, basis_points: int) -> Money:
        """The given share of this amount, rounded half up to a minor unit."""
        doubled = 2 * self.amount * basis_points + BASIS_POINTS
        return Money(doubled // (2 * BASIS_POINTS), self.currency)

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")
        return other


def zero(currency: str) -> Money:
    """Nothing, in a currency."""
    return Money(0, currency)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of amounts, zero if there are none."""
    return sum(amounts, zero(currency))


def allot(amount: Money, weights: Sequence[int]) -> list[Money]:
    """Splits an amount in proportion to weights so that the parts add up exactly.

    Largest remainder method: every part gets its share rounded down, and the minor units that
    are left go to the largest remainders, first come first served. No part exceeds its weight
    as long as the amount does not exceed their sum.
    """
    whole = sum(weights)
    if whole == 0:
        return [zero(amount.currency) for _ in weights]
    parts = [amount.amount * weight // whole for weight in weights]
    remainders = [amount.amount * weight % whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -remainders[i])
    for i in by_remainder[: amount.amount - sum(parts)]:
        parts[i] += 1
    return [Money(part, amount.currency) for part in parts]

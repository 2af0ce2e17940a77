"""Promotion codes: what they take off, and when they may be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from checkout.domain.money import Money, allot, total, zero


class PromotionKind(StrEnum):
    """How a promotion computes its discount."""

    PERCENTAGE = "PERCENTAGE"
    FIXED_AMOUNT = "FIXED_AMOUNT"
    BUY_X_GET_Y = "BUY_X_GET_Y"
    FREE_SHIPPING = "FREE_SHIPPING"


class Priced(Protocol):
    """What a promotion needs to know of a cart line."""

    @property
    def category(self) -> str:
        """The product's category."""
        ...

    @property
    def quantity(self) -> int:
        """How many pieces."""
        ...

    @property
    def unit_price(self) -> Money:
        """What one piece costs before promotions."""
        ...

    @property
    def gross(self) -> Money:
        """What the line costs before promotions."""
        ...


@dataclass(frozen=True)
class Promotion:
    """A promotion code. Limits that are None do not limit.

    `basis_points`, `amount`, `buy_quantity` and `free_quantity` each serve one kind.
    """

    code: str
    description: str
    kind: PromotionKind
    basis_points: int = 0
    amount: int = 0
    buy_quantity: int = 0
    free_quantity: int = 0
    minimum_subtotal: int = 0
    categories: frozenset[str] = frozenset()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    redemption_limit: int | None = None
    per_customer_limit: int | None = None
    first_order_only: bool = False
    stackable: bool = True
    redemptions: int = 0

    @property
    def customer_limit(self) -> int | None:
        """How often one customer may redeem it. A first order can only be had once."""
        limit = self.per_customer_limit
        if not self.first_order_only:
            return limit
        return 1 if limit is None else min(limit, 1)

    def objection(self, subtotal: Money, lines: Sequence[Priced], at: datetime) -> str | None:
        """Why the code cannot be used on these lines now, or None if it can."""
        if self.starts_at and at < self.starts_at:
            return "not valid yet"
        if self.ends_at and at >= self.ends_at:
            return "expired"
        if self.redemption_limit is not None and self.redemptions >= self.redemption_limit:
            return "used up"
        if subtotal.amount < self.minimum_subtotal:
            return f"needs a subtotal of {Money(self.minimum_subtotal, subtotal.currency)}"
        if not any(self.covers(line) for line in lines):
            return f"only for {', '.join(sorted(self.categories))}"
        return None

    def covers(self, line: Priced) -> bool:
        """Whether the promotion is for this line's category."""
        return not self.categories or line.category in self.categories

    def discounts(self, lines: Sequence[Priced]) -> list[Money]:
        """What the promotion takes off each line; the parts add up to its discount."""
        if self.kind is PromotionKind.BUY_X_GET_Y:
            return [self._free_pieces(line) for line in lines]
        currency = lines[0].gross.currency
        weights = [line.gross.amount if self.covers(line) else 0 for line in lines]
        eligible = total((line.gross for line in lines if self.covers(line)), currency)
        return allot(self._off(eligible), weights)

    def _off(self, eligible: Money) -> Money:
        if self.kind is PromotionKind.PERCENTAGE:
            return eligible.fraction(self.basis_points)
        if self.kind is PromotionKind.FIXED_AMOUNT:
            return min(Money(self.amount, eligible.currency), eligible)
        return zero(eligible.currency)

    def _free_pieces(self, line: Priced) -> Money:
        bundle = self.buy_quantity + self.free_quantity
        free = line.quantity // bundle * self.free_quantity if self.covers(line) else 0
        return line.unit_price * free

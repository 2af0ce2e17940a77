"""Promotion codes: what they take off, and when they may be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, assert_never

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

    def ineligibility(self, subtotal: Money, lines: Sequence[Priced], at: datetime) -> str | None:
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

    @property
    def frees_shipping(self) -> bool:
        """Whether shipping costs nothing with this promotion."""
        match self.kind:
            case PromotionKind.FREE_SHIPPING:
                return True
            case PromotionKind.PERCENTAGE | PromotionKind.FIXED_AMOUNT | PromotionKind.BUY_X_GET_Y:
                return False
            case _:
                assert_never(self.kind)

    def discounts(self, lines: Sequence[Priced]) -> list[Money]:
        """What the promotion takes off each line; the parts add up to its discount."""
        match self.kind:
            case PromotionKind.PERCENTAGE:
                return self._allotted(lines, self._eligible(lines).fraction(self.basis_points))
            case PromotionKind.FIXED_AMOUNT:
                eligible = self._eligible(lines)
                return self._allotted(lines, min(Money(self.amount, eligible.currency), eligible))
            case PromotionKind.BUY_X_GET_Y:
                return [self._free_pieces(line) for line in lines]
            case PromotionKind.FREE_SHIPPING:
                return [zero(line.gross.currency) for line in lines]
            case _:
                assert_never(self.kind)

    def _eligible(self, lines: Sequence[Priced]) -> Money:
        """What the lines cost that the promotion covers."""
        return total((line.gross for line in lines if self.covers(line)), lines[0].gross.currency)

    def _allotted(self, lines: Sequence[Priced], discount: Money) -> list[Money]:
        return allot(discount, [line.gross.amount if self.covers(line) else 0 for line in lines])

    def _free_pieces(self, line: Priced) -> Money:
        bundle = self.buy_quantity + self.free_quantity
        free = line.quantity // bundle * self.free_quantity if self.covers(line) else 0
        return line.unit_price * free

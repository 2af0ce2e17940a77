"""Products and what one piece of them costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from checkout.domain.money import Money


@dataclass(frozen=True)
class Tier:
    """From `min_quantity` pieces on, one costs `unit_price`."""

    min_quantity: int
    unit_price: Money


@dataclass(frozen=True)
class Sale:
    """A lower price from `starts_at` until just before `ends_at`."""

    price: Money
    starts_at: datetime
    ends_at: datetime

    def is_live(self, at: datetime) -> bool:
        """Whether the sale is on at a moment."""
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True)
class Product:
    """A product of the catalogue. Inactive ones are known but not sold."""

    sku: str
    name: str
    description: str
    category: str
    price: Money
    active: bool = True
    tiers: tuple[Tier, ...] = ()
    sale: Sale | None = None

    def unit_price(self, quantity: int, at: datetime) -> Money:
        """The lowest of the list price, the tier for this quantity, and the live sale."""
        offers = [self.price]
        offers += [t.unit_price for t in self.tiers if quantity >= t.min_quantity]
        if self.sale and self.sale.is_live(at):
            offers.append(self.sale.price)
        return min(offers)

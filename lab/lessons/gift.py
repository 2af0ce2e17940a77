"""Prices one cart by a workshop's sources, with and without gift wrapping."""

from __future__ import annotations

from typing import Any

from lab.lessons.workshop import Workshop

PARTS = ("total", "tax", "discount", "shipping", "wrapping")

PROGRAM = f"""
import json
from datetime import UTC, datetime
from checkout.domain import pricing
from checkout.domain.cart import CartLine
from checkout.domain.catalogue import Product
from checkout.domain.money import Money
from checkout.domain.promotions import Promotion, PromotionKind

tea = Product("TEA", "Tea", "", "tea", Money(2000, "USD"))
half = Promotion("HALF", "half", PromotionKind.PERCENTAGE, basis_points=5000)
rules = pricing.PriceRules("USD", "US", {{"US": pricing.ShippingRate(500)}}, {{"US": 1000}})
cart = ([CartLine("TEA", 3)], {{"TEA": tea}}, [half], ["HALF"], pricing.Destination("US"), rules)
now = datetime.now(UTC)
quotes = [pricing.quote(*cart, now), pricing.quote(*cart, now, gift_wrap=True)]
parts = [{{name: getattr(quote, name) for name in {PARTS}}} for quote in quotes]
print(json.dumps(parts, default=lambda money: money.amount))
"""


def priced(workshop: Workshop) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parts of two quotes in cents: as always, and as a gift. `wrapping` may be None.

    Raises LabError with what the sources raise.
    """
    plain, gift = workshop.run(PROGRAM)
    return plain, gift

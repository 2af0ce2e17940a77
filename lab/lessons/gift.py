"""Tests the gift wrapping of the capstone: the price rules, and the deployed shop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.lessons.following import Followed
from lab.lessons.lesson import Lesson
from lab.lessons.workshop import Workshop
from lab.shop import purchase

FEE = 395
ANOTHER_FEE = 520
PARTS = ("total", "tax", "discount", "shipping", "wrapping")
TEA = "TEA-SENCHA-100"

PROGRAM = f"""
import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from checkout.domain import pricing
from checkout.domain.cart import CartLine
from checkout.domain.catalogue import Product
from checkout.domain.money import Money
from checkout.domain.order import OrderRequest
from checkout.domain.promotions import Promotion, PromotionKind

tea = Product("TEA", "Tea", "", "tea", Money(2000, "USD"))
half = Promotion("HALF", "half", PromotionKind.PERCENTAGE, basis_points=5000)
rules = pricing.PriceRules("USD", "US", {{"US": pricing.ShippingRate(500)}}, {{"US": 1000}})
cart = ([CartLine("TEA", 3)], {{"TEA": tea}}, [half], ["HALF"], pricing.Destination("US"))
now = datetime.now(UTC)
quotes = [pricing.quote(*cart, rules, now), pricing.quote(*cart, rules, now, gift_wrap=True)]
parts = [{{name: getattr(quote, name) for name in {PARTS}}} for quote in quotes]
money = isinstance(quotes[1].wrapping, Money)
fee = "wrapping" in [field.name for field in fields(rules)]
dearer = pricing.quote(*cart, replace(rules, wrapping={ANOTHER_FEE}), now, True) if fee else None
wish = {{field.name: field.default for field in fields(OrderRequest)}}.get("gift_wrap")
found = {{"parts": parts, "money": money, "dearer": dearer and dearer.total, "wish": wish is False}}
print(json.dumps(found, default=lambda value: getattr(value, "amount", str(value))))
"""


def priced(workshop: Workshop) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parts of two quotes in cents: without and with gift wrapping. `wrapping` may be None.

    Raises LabError with the error of the sources.
    """
    plain, gift = workshop.run(PROGRAM)["parts"]
    return plain, gift


def unruly(workshop: Workshop) -> str:
    """The problem of the price rule in a workshop's sources; empty if there is none.

    Raises LabError with the error of the sources.
    """
    results = workshop.run(PROGRAM)
    plain, gift = results["parts"]
    extra = {name: gift[name] - plain[name] for name in PARTS[:-1] if gift[name] != plain[name]}
    wrong = {
        "An OrderRequest has no `gift_wrap` that is False by default.": not results["wish"],
        "Without the wish, wrapping has to be None.": plain["wrapping"] is not None,
        f"Wrapping costs {FEE}, once, whatever is in the cart.": gift["wrapping"] != FEE,
        "A Quote's wrapping is to be Money, as all its other sums.": not results["money"],
        f"A gift costs more by {extra}, and not by {FEE} in the total.": extra != {"total": FEE},
        "The fee is the shop's to set: PriceRules.wrapping.": results["dearer"]
        != plain["total"] + ANOTHER_FEE,
    }
    return next((message for message, is_so in wrong.items() if is_so), "")


def broken_promise(lesson: Lesson, seen: Mapping[str, Any], old: Followed, gift: Followed) -> str:
    """The first difference between the expected, the actual and the seen results; empty if none."""
    expected = {
        "old order": (old.order["total"], "The old order changed: a default is missing."),
        "money taken": (gift.order["total"], "Another amount was taken than the total."),
        "nonsense": (422, "Nonsense was not refused as such: is it a boolean in openapi?"),
        "wrong total": (409, "An outdated price was accepted: see place_order.py."),
    }
    if missing := sorted(set(expected) - set(seen)):
        return f"Not tried: {', '.join(missing)}."
    shop = _tries(lesson, old, gift)
    for name, (right, wrong) in expected.items():
        if shop[name] != right:
            return f"{wrong} The shop says {shop[name]}, and not {right}."
        if seen[name] != right:
            return f"{name}: the shop says {right}, and you saw {seen[name]}."
    return ""


def _tries(lesson: Lesson, old: Followed, gift: Followed) -> dict[str, Any]:
    cheaper = {**gift.order["total"], "amount": gift.order["total"]["amount"] - FEE}
    body = lesson.cart({TEA: 2}, giftWrap=True, expectedTotal=cheaper)
    key = {"Idempotency-Key": purchase.new_key()}
    wish = {"items": [{"sku": TEA, "quantity": 2}], "giftWrap": "yes please"}
    return {
        "old order": lesson.api.order(old.order_id)["total"],
        "money taken": lesson.api.order(gift.order_id)["payment"]["captured"],
        "nonsense": lesson.api.send("POST", "/quotes", json=wish).status_code,
        "wrong total": lesson.api.send("POST", "/checkout", json=body, headers=key).status_code,
    }

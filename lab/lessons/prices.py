"""How a shop should not compute prices: seen to fail in lesson 03, then put right."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from checkout.domain.money import Money
from lab.api import CheckoutApi
from lab.lessons.lesson import Lesson

Row = dict[str, Any]


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


def compared(api: CheckoutApi, cart: Mapping[str, int], codes: Sequence[str]) -> list[Row]:
    """What the cart costs with each code alone, and with all of them typed in."""
    offers = [(), *((code,) for code in codes), tuple(codes)]
    return [_row(codes, _quote(api, cart, *codes)) for codes in offers]


def _row(codes: Sequence[str], quote: Row) -> Row:
    return {
        "typed in": ", ".join(codes) or "nothing",
        "counts": ", ".join(applied["code"] for applied in quote["applied"]),
        **{name: quote[name] for name in ("discount", "shipping", "total")},
    }


def discount(api: CheckoutApi, cart: Mapping[str, int], *codes: str) -> int:
    """What these codes take off the goods of a cart, in cents."""
    return int(_quote(api, cart, *codes)["discount"]["amount"])


def _quote(api: CheckoutApi, cart: Mapping[str, int], *codes: str) -> Row:
    items = [{"sku": sku, "quantity": quantity} for sku, quantity in cart.items()]
    return api.quote({"items": items, "discountCodes": list(codes)})


def set_price(lesson: Lesson, sku: str, cents: int) -> None:
    """Changes a product's list price, as a shopkeeper would."""
    lesson.table("products").update_item(
        Key={"sku": sku},
        UpdateExpression="SET price = :cents",
        ConditionExpression="attribute_exists(sku)",
        ExpressionAttributeValues={":cents": cents},
    )

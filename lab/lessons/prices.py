"""Wrong price calculations, which lesson 03 shows and corrects."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import httpx

from checkout.domain.money import Money
from lab.core.errors import LabError
from lab.lessons.lesson import Lesson
from lab.shop.shop_client import CheckoutApi

Row = dict[str, Any]
PERCENTAGE: Mapping[str, type] = {
    "code": str,
    "scope": str,
    "description": str,
    "kind": str,
    "basisPoints": int,
    "categories": list,
    "minimumSubtotal": int,
    "stackable": bool,
}
NO_KITCHEN = {
    "TEA-SENCHA-100": 1,
    "COFFEE-HOUSE-1KG": 1,
    "BREW-DRIPPER-02": 1,
    "TABLE-MUG-SAND": 1,
    "BOOK-TEA-ROADS": 1,
    "STATION-NOTEBOOK-DOT": 1,
    "GIFT-BOX-TEA": 1,
}
"""A cart with a product of every category except kitchen."""
TYPE_NAMES = {str: "a text", int: "a whole number", list: "a list", bool: "True or False"}


def trusting_total(cart: Mapping[str, Any]) -> int:
    """The total in cents, from the prices in the client's request."""
    return sum(line["quantity"] * line["unitPrice"]["amount"] for line in cart["items"])


def rounded_by_line(cents: Sequence[int], basis_points: int) -> int:
    """A percentage of each line, rounded half up each time, then added up; in cents."""
    return sum(Money(line, "USD").fraction(basis_points).amount for line in cents)


def rounded_once(cents: Sequence[int], basis_points: int) -> int:
    """A percentage of the sum, rounded once; in cents."""
    return Money(sum(cents), "USD").fraction(basis_points).amount


def cents_astray(basis_points: int, lines: int, carts: int = 2000, seed: int = 3) -> Counter[int]:
    """Counts the differences in cents of rounding by line, over random carts."""
    rng = random.Random(seed)  # noqa: S311 - repeatable, not secret
    random_carts = ([rng.randint(99, 9999) for _ in range(lines)] for _ in range(carts))
    return Counter(
        rounded_by_line(c, basis_points) - rounded_once(c, basis_points) for c in random_carts
    )


def compared(api: CheckoutApi, cart: Mapping[str, int], codes: Sequence[str]) -> list[Row]:
    """The price of the cart without codes, with each code, and with all codes."""
    offers = [(), *((code,) for code in codes), tuple(codes)]
    return [_row(codes, _quote(api, cart, *codes)) for codes in offers]


def _row(codes: Sequence[str], quote: Row) -> Row:
    return {
        "typed in": ", ".join(codes) or "nothing",
        "counts": ", ".join(applied["code"] for applied in quote["applied"]),
        **{name: quote[name] for name in ("discount", "shipping", "total")},
    }


def discount(api: CheckoutApi, cart: Mapping[str, int], *codes: str) -> int:
    """The discount of a cart with these codes, in cents."""
    return int(_quote(api, cart, *codes)["discount"]["amount"])


def counting(api: CheckoutApi, cart: Mapping[str, int], *codes: str) -> list[str]:
    """The codes that are applied to a cart."""
    return [str(applied["code"]) for applied in _quote(api, cart, *codes)["applied"]]


def _quote(api: CheckoutApi, cart: Mapping[str, int], *codes: str) -> Row:
    items = [{"sku": sku, "quantity": quantity} for sku, quantity in cart.items()]
    return api.quote({"items": items, "discountCodes": list(codes)})


def put_on_sale(promotions: Any, item: object, code: str) -> None:
    """Writes the item of a percentage promotion with this code.

    Validates the item, because DynamoDB does not. Raises LabError with the field.
    """
    if not isinstance(item, dict):
        raise LabError(f"An item is a dict, and not {item!r}.")
    expected: dict[str, object] = {"code": code, "scope": "PROMOTION", "kind": "PERCENTAGE"}
    problems = [*_wrong_fields(item), *(_wrong_value(item, *pair) for pair in expected.items())]
    for problem in filter(None, problems):
        raise LabError(problem)
    promotions.put_item(Item=item)


def _wrong_fields(item: Row) -> Iterator[str]:
    for name, kind in PERCENTAGE.items():
        if name not in item:
            yield f"The field `{name}` is missing."
        elif not _is_a(kind, item[name]):
            yield f"`{name}` is {item[name]!r}, and should be {TYPE_NAMES[kind]}."
    for name in item:
        if name not in PERCENTAGE and name != "redemptions":
            yield f"A promotion of this kind has no field `{name}`. A typing error?"
    if not all(isinstance(category, str) for category in item.get("categories", ())):
        yield f"`categories` is {item['categories']!r}, and should be a list of texts."


def _is_a(kind: type, value: object) -> bool:
    """Whether DynamoDB would return the value with this type."""
    if kind is int and isinstance(value, Decimal):
        return value == value.to_integral_value()
    return type(value) in (list, tuple, set) if kind is list else type(value) is kind


def _wrong_value(item: Row, name: str, expected: object) -> str:
    value = item.get(name)
    return "" if value == expected else f"`{name}` is {value!r}, and should be {expected!r} here."


def set_price(lesson: Lesson, sku: str, cents: int) -> None:
    """Changes a product's list price, as a shopkeeper would."""
    lesson.table("products").update_item(
        Key={"sku": sku},
        UpdateExpression="SET price = :cents",
        ConditionExpression="attribute_exists(sku)",
        ExpressionAttributeValues={":cents": cents},
    )


def conditions(api: CheckoutApi, order: Callable[[], object]) -> list[object]:
    """The `expectedTotal` of each order sent while `order` runs; None if it has none."""
    sent: list[object] = []

    def note(request: httpx.Request) -> None:
        if request.url.path.endswith("/checkout"):
            sent.append(json.loads(request.content).get("expectedTotal"))

    hooks = api.http.event_hooks
    api.http.event_hooks = {**hooks, "request": [*hooks["request"], note]}
    try:
        order()
    finally:
        api.http.event_hooks = hooks
    return sent

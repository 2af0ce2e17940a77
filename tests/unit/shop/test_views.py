"""What the API shows: no field of an answer is forgotten, neither by a view nor by the document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import pytest

from checkout.domain.money import Money
from checkout.use_cases.browse_catalogue import Offer
from checkout.use_cases.view_orders import OrderView
from checkout_api import views
from tests import complete
from tests.unit.shop.api import DOCUMENT, validator

SCHEMAS = DOCUMENT["components"]["schemas"]

NOT_SHOWN = {
    ("Order", "idempotency_key"): "the customer has sent it, and nobody else needs it",
    ("Order", "request"): "its lines are shown as they were priced; the rest is personal data",
    ("Order", "simulate"): "a switch of tests",
    ("Order", "correlation_id"): "the header of the answer to the request has it",
    ("Order", "published_at"): "how far the shop is inside",
    ("Order", "mailed_at"): "how far the shop is inside",
    ("OrderView", "entries"): "shown as the payment: its status, and what was captured or refunded",
    ("Product", "active"): "only active products are shown",
    ("QuoteLine", "category"): "what promotions depend on",
}
INSIDE = {("Order", "quote"), ("Offer", "product"), ("OrderView", "order")}
"""Values whose fields are shown among those of what holds them."""


@dataclass(frozen=True)
class Shown:
    """A value, its view, and the schema of the document for it."""

    value: Any
    view: dict[str, Any]
    schema: str


SHOWN = [
    Shown(
        OrderView(complete.ORDER, complete.ENTRIES),
        views.order(OrderView(complete.ORDER, complete.ENTRIES)),
        "Order",
    ),
    Shown(complete.QUOTE, views.quote(complete.QUOTE), "Quote"),
    Shown(Offer(complete.PRODUCT, 3), views.offer(Offer(complete.PRODUCT, 3)), "Product"),
]
EACH = pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: shown.schema)


@EACH
def test_a_view_of_a_complete_value_has_every_field_of_the_document(shown: Shown) -> None:
    validator(shown.schema).validate(shown.view)
    assert set(documented(SCHEMAS[shown.schema])) == set(present(shown.view))


@EACH
def test_a_view_has_every_field_of_its_value_or_there_is_a_reason(shown: Shown) -> None:
    assert list(forgotten(shown.value, shown.view)) == []


def documented(node: dict[str, Any], path: str = "") -> Iterator[str]:
    """The path of every field in a schema, such as `lines[].sku`."""
    if "$ref" in node:
        yield from documented(SCHEMAS[node["$ref"].rpartition("/")[2]], path)
    for name, part in node.get("properties", {}).items():
        yield f"{path}{name}"
        yield from documented(part, f"{path}{name}.")
    if "items" in node:
        yield from documented(node["items"], f"{path.removesuffix('.')}[].")


def present(body: Any, path: str = "") -> Iterator[str]:
    """The path of every field in a view."""
    if isinstance(body, list):
        for part in body:
            yield from present(part, f"{path.removesuffix('.')}[].")
    elif isinstance(body, dict):
        for name, part in body.items():
            yield f"{path}{name}"
            yield from present(part, f"{path}{name}.")


def forgotten(value: Any, body: Any) -> Iterator[str]:
    """Every field of a value and of its parts that a view does not have."""
    if isinstance(value, tuple):
        for part, shown in zip(value, body, strict=True):
            yield from forgotten(part, shown)
    elif is_dataclass(value) and not isinstance(value, Money):
        for field in fields(value):
            yield from _forgotten(value, field.name, body)


def _forgotten(value: Any, name: str, body: dict[str, Any]) -> Iterator[str]:
    key, shown_as = (type(value).__name__, name), camel(name)
    if key in NOT_SHOWN:
        return
    if key in INSIDE:
        yield from forgotten(getattr(value, name), body)
    elif shown_as not in body:
        yield ".".join(key)
    else:
        yield from forgotten(getattr(value, name), body[shown_as])


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.title() for part in others)


def test_a_field_that_a_view_lacks_is_found() -> None:
    """The proof that the tests above look at all."""
    view = views.quote(complete.QUOTE)
    del view["lines"][0]["sku"], view["applied"][0]["discount"], view["tax"]
    assert list(forgotten(complete.QUOTE, view)) == [
        "QuoteLine.sku",
        "Quote.tax",
        "AppliedCode.discount",
    ]


def test_what_is_not_shown_is_a_field() -> None:
    every = {
        (type(part).__name__, field.name)
        for shown in SHOWN
        for value in (shown.value, getattr(shown.value, "order", None))
        for part in complete.parts_of(value)
        for field in fields(part)
    }
    assert NOT_SHOWN.keys() | INSIDE <= every

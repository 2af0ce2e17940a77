"""No field of what is stored is forgotten: every one has a value here, and comes back with it.

tests/contract/test_every_field.py does the same with what the repositories write.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass, replace
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from checkout.adapters import item_mapping
from checkout.adapters.item_mapping import timestamp
from checkout.domain.money import Money
from checkout.domain.payment import EntryKind
from checkout.domain.promotions import PromotionKind
from checkout.domain.stock import Reservation, Take
from checkout.ports import IdempotencyRecord
from lab.core import paths
from lab.seed import items
from tests import complete
from tests.builders import NOW, minutes
from tests.complete import ORDER, PRODUCT, PROMOTIONS, QUOTE, RESERVATION, TAKES

OF_OTHER_MODULES = {IdempotencyRecord}
"""What is stored by an adapter that maps it itself."""


def readers() -> Iterator[Any]:
    """What each public function of the mapper returns."""
    for name, function in inspect.getmembers(item_mapping, inspect.isfunction):
        if function.__module__ == item_mapping.__name__ and not name.startswith("_"):
            yield get_type_hints(function)["return"]


def dataclasses_in(annotation: Any) -> Iterator[type]:
    """The dataclasses that a type is made of, and those that their fields are made of."""
    if get_origin(annotation) is not None or isinstance(annotation, UnionType):
        for argument in get_args(annotation):
            yield from dataclasses_in(argument)
    elif isinstance(annotation, type) and is_dataclass(annotation):
        yield annotation
        for hint in get_type_hints(annotation).values():
            yield from dataclasses_in(hint)


STORED = {c for hint in readers() for c in dataclasses_in(hint)} | OF_OTHER_MODULES


def test_every_stored_dataclass_has_a_complete_value() -> None:
    built = {type(part) for value in complete.EVERY for part in complete.parts_of(value)}
    assert built == STORED
    assert {Money, Reservation, Take} <= STORED


@pytest.mark.parametrize("value", complete.EVERY, ids=lambda v: type(v).__name__)
def test_no_field_of_a_complete_value_has_its_default(value: object) -> None:
    assert complete.unset(value) <= complete.NOT_STORED.keys() | complete.OF_ONE_KIND


def test_what_one_kind_of_promotion_has_is_set_in_that_kind() -> None:
    for promotion in PROMOTIONS:
        others = {
            name for kind, t in complete.TERMS.items() if kind != promotion.kind for name in t
        }
        assert complete.unset(promotion) == {("Promotion", name) for name in others}
    assert [promotion.kind for promotion in PROMOTIONS] == list(PromotionKind)
    assert [entry.kind for entry in complete.ENTRIES] == list(EntryKind)


def test_an_order_comes_back_with_every_field() -> None:
    assert ORDER.rejection
    item = {
        **item_mapping.order_item(ORDER),
        **item_mapping.quote_item(QUOTE),
        "rejection": item_mapping.rejection_item(ORDER.rejection),
        "eventAt": timestamp(complete.PUBLISHED),
        "mailAt": timestamp(complete.MAILED),
    }
    assert item_mapping.order(json.loads(json.dumps(item))) == ORDER


def test_a_failure_switch_comes_back_with_every_field() -> None:
    assert ORDER.simulate
    item = {
        **item_mapping.order_item(ORDER),
        "simulate": item_mapping.simulation_item(ORDER.simulate),
    }
    assert item_mapping.order(item).simulate == ORDER.simulate


def test_a_reservation_comes_back_with_every_field() -> None:
    item = item_mapping.reservation_item(RESERVATION, TAKES)
    assert item_mapping.reservation(item) == RESERVATION
    assert item_mapping.takes(item) == TAKES


@pytest.mark.parametrize("entry", complete.ENTRIES, ids=lambda entry: entry.kind)
def test_a_ledger_entry_comes_back_with_every_field(entry: Any) -> None:
    assert item_mapping.ledger_entry(item_mapping.ledger_item(entry)) == entry


def test_a_seeded_product_is_read_with_every_field() -> None:
    end = NOW + minutes(60)
    sale = {"price": money(700), "startsAt": NOW.isoformat(), "endsAt": end.isoformat()}
    tiers = [
        {"minQuantity": 5, "unitPrice": money(902)},
        {"minQuantity": 10, "unitPrice": money(801)},
    ]
    row = {
        "sku": "TEA",
        "name": "Green tea",
        "description": "Grassy and mild.",
        "category": "tea",
        "price": money(1003),
        "active": False,
        "tiers": tiers,
        "sale": sale,
    }
    assert row.keys() == fields_of("catalogue", "products")
    assert item_mapping.product(items.product(row)) == PRODUCT


@pytest.mark.parametrize("promotion", PROMOTIONS, ids=lambda promotion: promotion.kind)
def test_a_seeded_promotion_is_read_with_every_field(promotion: Any) -> None:
    row = {
        "code": promotion.code,
        "description": promotion.description,
        "kind": promotion.kind.value,
        "minimumSubtotal": money(1001),
        "categories": ["tea", "pantry"],
        "startsAt": NOW.isoformat(),
        "endsAt": (NOW + minutes(60)).isoformat(),
        "redemptionLimit": 7,
        "perCustomerLimit": 2,
        "firstOrderOnly": True,
        "stackable": False,
        **ROW_TERMS[promotion.kind],
    }
    terms = {name for terms in ROW_TERMS.values() for name in terms}
    assert row.keys() | terms == fields_of("promotions", "promotions")
    found = item_mapping.promotion({**items.promotion(row), "redemptions": promotion.redemptions})
    assert found == promotion


def money(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "USD"}


ROW_TERMS: Mapping[PromotionKind, Mapping[str, Any]] = {
    PromotionKind.PERCENTAGE: {"basisPoints": 1050},
    PromotionKind.FIXED_AMOUNT: {"amount": money(501)},
    PromotionKind.BUY_X_GET_Y: {"buyQuantity": 3, "freeQuantity": 2},
    PromotionKind.FREE_SHIPPING: {},
}


def fields_of(schema: str, rows: str) -> set[str]:
    """What a row of a file of the seed may have."""
    document = json.loads((paths.SEED / "schema" / f"{schema}.schema.json").read_text("utf-8"))
    return set(document["properties"][rows]["items"]["properties"])


def test_unset_finds_what_a_builder_leaves_out() -> None:
    """The proof that the tests above look at all: each default is found, also of a part."""
    forgotten = replace(complete.ADDRESS, phone="")
    order = replace(
        ORDER, mailed_at=None, request=replace(ORDER.request, shipping_address=forgotten)
    )
    assert complete.unset(order) == {("Order", "mailed_at"), ("Address", "phone")}
    assert complete.unset(replace(PRODUCT, active=True)) == {("Product", "active")}
    assert complete.unset(replace(complete.RECORD, body_hash="")) == {
        ("IdempotencyRecord", "body_hash")
    }

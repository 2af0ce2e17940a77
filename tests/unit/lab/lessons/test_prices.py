from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

import httpx
import pytest

from lab import seed
from lab.core.errors import LabError
from lab.lessons import prices
from lab.shop.shop_client import CheckoutApi
from tests.notebooks.answers import lesson_03


def test_a_trusting_shop_charges_what_the_client_says() -> None:
    line = {"quantity": 3, "unitPrice": {"amount": 1, "currency": "USD"}}
    assert prices.trusting_total({"items": [line, line]}) == 6


def test_rounding_by_line_and_rounding_once_are_not_the_same() -> None:
    assert prices.rounded_by_line([333, 333, 99], 1000) == 76
    assert prices.rounded_once([333, 333, 99], 1000) == 77


def test_carts_of_one_line_are_never_astray() -> None:
    assert prices.cents_astray(725, lines=1, carts=50) == {0: 50}


def test_many_carts_of_many_lines_are() -> None:
    astray = prices.cents_astray(725, lines=30, carts=200)
    assert astray.total() == 200
    assert min(astray) < 0 < max(astray)


class FakeShop:
    """Quotes a discount of one dollar for each code, and takes all of them."""

    def quote(self, request: dict[str, Any]) -> dict[str, Any]:
        applied = [{"code": code} for code in request["discountCodes"]]
        off = {"amount": 100 * len(applied), "currency": "USD"}
        return {"applied": applied, "discount": off, "shipping": off, "total": off}


def test_codes_are_compared_one_by_one_and_all_together() -> None:
    rows = prices.compared(cast(CheckoutApi, FakeShop()), {"TEA": 1}, ["A", "B"])

    assert [row["typed in"] for row in rows] == ["nothing", "A", "B", "A, B"]
    assert [row["counts"] for row in rows] == ["", "A", "B", "A, B"]


def test_a_discount_is_told_in_cents() -> None:
    assert prices.discount(cast(CheckoutApi, FakeShop()), {"TEA": 1}, "A", "B") == 200


def test_every_category_but_the_kitchen_is_in_the_cart_of_them() -> None:
    categories = {row["sku"]: row["category"] for row in seed.read().products}
    assert set(categories.values()) - {"kitchen"} == {categories[sku] for sku in prices.NO_KITCHEN}


def test_the_codes_that_count_are_named() -> None:
    assert prices.counting(cast(CheckoutApi, FakeShop()), {"TEA": 1}, "A", "B") == ["A", "B"]


RIGHT: dict[str, Any] = lesson_03.KITCHEN


class FakeTable:
    """Keeps what is put."""

    def __init__(self) -> None:
        self.items: list[Any] = []

    def put_item(self, Item: Any) -> None:  # noqa: N803
        self.items.append(Item)


@pytest.mark.parametrize(
    "item",
    [
        RIGHT,
        RIGHT | {"basisPoints": Decimal(2000), "minimumSubtotal": Decimal("3E+3")},
        RIGHT | {"categories": {"kitchen"}},
        RIGHT | {"redemptions": 0},
    ],
)
def test_a_right_item_is_put_on_sale(item: Any) -> None:
    table = FakeTable()
    prices.put_on_sale(table, item, "KITCHEN20")
    assert table.items == [item]


@pytest.mark.parametrize("field", RIGHT)
def test_a_missing_field_is_named_and_nothing_is_written(field: str) -> None:
    table = FakeTable()
    item = {name: value for name, value in RIGHT.items() if name != field}
    with pytest.raises(LabError, match=f"The field `{field}` is missing"):
        prices.put_on_sale(table, item, "KITCHEN20")
    assert table.items == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"basisPoints": 0.2}, "`basisPoints` is 0.2, and should be a whole number"),
        ({"basisPoints": "2000"}, "`basisPoints` is '2000', and should be a whole number"),
        ({"basisPoints": Decimal("0.2")}, "`basisPoints` is .* and should be a whole number"),
        ({"stackable": "no"}, "`stackable` is 'no', and should be True or False"),
        ({"stackable": 0}, "`stackable` is 0, and should be True or False"),
        ({"categories": "kitchen"}, "`categories` is 'kitchen', and should be a list"),
        ({"categories": [1]}, "`categories` is .*, and should be a list of texts"),
        ({"description": None}, "`description` is None, and should be a text"),
        ({"code": "KITCHEN2O"}, "`code` is 'KITCHEN2O', and should be 'KITCHEN20' here"),
        ({"kind": "PERCENT"}, "`kind` is 'PERCENT', and should be 'PERCENTAGE' here"),
        ({"scope": "GLOBAL"}, "`scope` is 'GLOBAL', and should be 'PROMOTION' here"),
        ({"minimum_subtotal": 3000}, "no field `minimum_subtotal`. A typing error"),
    ],
)
def test_a_wrong_field_is_named_with_its_value(wrong: dict[str, Any], told: str) -> None:
    table = FakeTable()
    with pytest.raises(LabError, match=told):
        prices.put_on_sale(table, RIGHT | wrong, "KITCHEN20")
    assert table.items == []


@pytest.mark.parametrize("item", [None, [RIGHT], "KITCHEN20"])
def test_what_is_no_item_is_told_as_that(item: Any) -> None:
    with pytest.raises(LabError, match="An item is a dict"):
        prices.put_on_sale(FakeTable(), item, "KITCHEN20")


def test_the_condition_of_each_order_is_seen() -> None:
    answer = httpx.MockTransport(lambda _request: httpx.Response(202, json={"orderId": "ord_1"}))
    api = CheckoutApi.at("http://shop.test", transport=answer)
    agreed = {"amount": 1, "currency": "USD"}

    def orders() -> None:
        api.quote({"items": []})
        api.checkout({"items": []}, "key-1")
        api.checkout({"items": [], "expectedTotal": agreed}, "key-2")

    assert prices.conditions(api, orders) == [None, agreed]
    api.checkout({"items": []}, "key-3")
    assert prices.conditions(api, lambda: None) == []

"""Prices, promotions and rows that change under an order's feet, in a deployed shop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import pytest

from lab.core import tables
from lab.operate import audit, redrive
from lab.shop import purchase
from lab.shop.shop_client import CheckoutApi
from tests.deployed_shop import DeployedShop, at_once, order_of
from tests.waiting import eventually

BOARD = "KITCHEN-BOARD-OAK"
APRON = "KITCHEN-APRON-INDIGO"
LATE = {"fail": "ValidateCart", "times": 3}
"""A pause between the acceptance of an order and its prices."""

Change = Callable[..., None]


@pytest.fixture
def change(shop: DeployedShop) -> Iterator[Change]:
    """Changes attributes of a row, and puts the row back afterwards; None takes one away."""
    before: list[tuple[str, dict[str, Any]]] = []

    def changed(table: str, key: Mapping[str, str], **attributes: object) -> None:
        stored = tables.resource(shop.target).Table(shop.target.table(table))
        item = stored.get_item(Key=dict(key), ConsistentRead=True).get("Item", {})
        before.append((table, item))
        kept = {name: value for name, value in (item | attributes).items() if value is not None}
        stored.put_item(Item=kept)

    yield changed
    for table, item in reversed(before):
        tables.resource(shop.target).Table(shop.target.table(table)).put_item(Item=item)


def place(customer: CheckoutApi, request: Mapping[str, Any]) -> str:
    return str(customer.checkout(request, purchase.new_key())["orderId"])


@pytest.mark.exhaustive
@pytest.mark.parametrize("said", [True, False], ids=["expectedTotal", "no expectedTotal"])
def test_a_price_that_rises_after_the_order_is_not_charged(
    shop: DeployedShop, change: Change, said: bool
) -> None:
    customer = shop.customer()
    request = order_of((BOARD, 1))
    total = customer.quote({"items": request["items"], "region": "OR"})["total"]
    agreed = {"expectedTotal": total} if said else {}
    order_id = place(customer, {**request, **agreed, "simulate": LATE})
    change("products", {"sku": BOARD}, price=9900)

    order = shop.ended(customer, order_id)

    assert (order["status"], order["rejection"]["code"]) == ("REJECTED", "PRICE_CHANGED")
    assert order["expectedTotal"] == total
    assert order["total"]["amount"] > total["amount"]
    assert order["payment"] == {"status": "NONE"}


@pytest.mark.exhaustive
def test_an_order_whose_promotion_was_deleted_ends_and_its_stock_goes_back(
    shop: DeployedShop,
) -> None:
    promotions = tables.resource(shop.target).Table(shop.target.table("promotions"))
    gone = {"code": "GONE", "scope": "PROMOTION"}
    terms = {"description": "10 %", "kind": "PERCENTAGE", "basisPoints": 1000, "stackable": True}
    promotions.put_item(Item={**gone, **terms})
    before = shop.stranger().product(APRON)["available"]
    customer = shop.customer()
    down = {"payment": {"token": "tok_gateway_down"}, "discountCodes": ["GONE"]}
    order_id = place(customer, order_of((APRON, 3), **down))
    reservations = tables.resource(shop.target).Table(shop.target.table("reservations"))
    eventually(lambda: "Item" in reservations.get_item(Key={"orderId": order_id}), "hold", 60)
    promotions.delete_item(Key=gone)

    order = shop.ended(customer, order_id)

    assert order["status"] == "FAILED"
    assert shop.stranger().product(APRON)["available"] == before
    report = audit.run(shop.target, settle_s=60)
    assert report.clean
    lost = [row for row in report.lost if row.row == order_id]
    assert "a redemption of GONE" in str(lost)
    (settled,) = redrive.settle(shop.target, [order_id])
    assert "a redemption of GONE" in settled.losses[0]


def test_a_code_for_a_first_order_is_for_one_order(shop: DeployedShop) -> None:
    customer = shop.customer()
    request = order_of((BOARD, 1), discountCodes=["WELCOME10"])

    both = at_once([partial(place, customer, request)] * 2, workers=2)
    orders = [shop.ended(customer, order_id) for order_id in both]

    assert sorted(order["status"] for order in orders) == ["CONFIRMED", "REJECTED"]
    (refused,) = [order for order in orders if order["status"] == "REJECTED"]
    assert refused["rejection"]["code"] == "INVALID_CART"
    assert "Only for a first order: WELCOME10" in refused["rejection"]["message"]
    assert shop.buy(request, customer)["status"] == "REJECTED"


def test_a_wrong_row_is_off_sale_and_no_page_of_products_fails(
    shop: DeployedShop, change: Change
) -> None:
    stranger, customer = shop.stranger(), shop.customer()
    change("products", {"sku": BOARD}, price=-5)

    assert stranger.send("GET", f"/products/{BOARD}").status_code == 404
    page = stranger.send("GET", "/products", params={"category": "kitchen", "limit": "100"})
    assert page.status_code == 200
    assert BOARD not in {item["sku"] for item in page.json()["items"]}
    assert shop.buy(order_of((BOARD, 1)), customer)["rejection"]["code"] == "INVALID_CART"


def test_a_code_whose_time_has_no_zone_does_not_count(shop: DeployedShop, change: Change) -> None:
    change("promotions", {"code": "TENOFF", "scope": "PROMOTION"}, endsAt="2099-01-01T00:00:00")

    items = [{"sku": APRON, "quantity": 1}]
    quote = shop.stranger().quote({"items": items, "discountCodes": ["TENOFF"]})

    assert quote["rejected"] == [{"code": "TENOFF", "reason": "unknown"}]

"""Names and addresses full of markup are text, on every page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from lab.core import tables
from lab.seed import items
from tests.browser import chromium
from tests.browser.storefront.visitor import Visitor
from tests.deployed_shop import DeployedShop
from tests.waiting import eventually

pytestmark = chromium.NEEDED

EVIL = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
SKU = "MARKUP-1"


@pytest.fixture
def evil_product(shop: DeployedShop) -> Iterator[str]:
    """A product whose name and description are markup; it is taken off sale afterwards."""
    product = {
        "sku": SKU,
        "name": f"Tea {EVIL}",
        "description": EVIL,
        "category": "tea",
        "price": {"amount": 500, "currency": "USD"},
    }
    dynamodb = tables.resource(shop.target)
    stock, products = (dynamodb.Table(shop.target.table(n)) for n in ("inventory", "products"))
    if "Item" not in stock.get_item(Key={"sku": SKU}):
        for item in items.stock({"sku": SKU, "initial": 50, "lowStockThreshold": 0}):
            stock.put_item(Item=item)
    products.put_item(Item=items.product(product))
    yield SKU
    products.put_item(Item=items.product({**product, "active": False}))


def test_markup_is_shown_as_it_was_typed(visitor: Visitor, evil_product: str) -> None:
    visitor.sign_in()
    visitor.put(evil_product)
    expect(visitor.page.locator("h1")).to_have_text(f"Tea {EVIL}")
    page = visitor.open("cart")
    expect(page.locator(".lines")).to_contain_text(EVIL)
    visitor.fill(name=EVIL[:100], line1=EVIL, city=EVIL[:100])
    order = visitor.buy()
    visitor.sees("Confirmed")
    expect(page.locator(".lines")).to_contain_text(EVIL)
    page.goto(f"{visitor.address}machine-room/")
    expect(page.locator("code", has_text=order).first).to_be_visible()
    frame = page.frame_locator(".mail iframe")
    expect(frame.locator("pre")).to_contain_text("<img src=x")
    assert page.title() != "owned"
    assert page.locator("img[src=x]").count() == 0
    visitor.assert_one_order()


@pytest.mark.exhaustive
@pytest.mark.parametrize("route", [f"products/{EVIL}", f"category/{EVIL}", f"orders/{EVIL}", EVIL])
def test_an_address_full_of_markup_runs_nothing(visitor: Visitor, route: str) -> None:
    visitor.sign_in()
    page = visitor.open(route)
    eventually(lambda: page.locator("h1").text_content(), "heading")
    page.wait_for_load_state("networkidle")  # it asks for the category after it has a heading
    visitor.forget_requests()  # such a category is longer than one may be
    assert page.title() != "owned"
    assert page.locator("img[src=x]").count() == 0

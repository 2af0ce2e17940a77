"""Every page in every guise: no violation that axe knows, nothing wider than the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser import chromium
from tests.browser.storefront.conftest import MakeVisitor
from tests.browser.storefront.visitor import MUG, Visitor
from tests.exhaustive import all_but

pytestmark = chromium.NEEDED

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
GUISES = {
    "wide and light": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "wide and dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "narrow and light": {"viewport": {"width": 320, "height": 700}, "color_scheme": "light"},
    "narrow and dark": {"viewport": {"width": 320, "height": 700}, "color_scheme": "dark"},
}
# What is wider than the screen, unless it has a scroll bar of its own.
STICKS_OUT = """() => document.documentElement.scrollWidth <= window.innerWidth ? []
  : [...document.querySelectorAll("*")]
    .filter(element => element.getBoundingClientRect().right > window.innerWidth + 1)
    .map(element => `${element.tagName}.${element.className}: ${element.textContent.slice(0, 60)}`)
"""
Go = Callable[[Visitor], Page]


def _order(visitor: Visitor, card: str) -> Page:
    page = visitor.at_checkout(card=card)
    visitor.buy()
    expect(page.locator(".history :is(.CONFIRMED, .REJECTED)")).to_be_visible(timeout=60_000)
    return page


def _wrong(visitor: Visitor) -> Page:
    page = visitor.at_checkout()
    page.locator("#field-email").fill("no address")
    visitor.button().click()
    expect(page.locator("#field-email-wrong")).not_to_be_empty()
    visitor.forget_requests()
    return page


def _cart(visitor: Visitor) -> Page:
    visitor.put(MUG)
    page = visitor.open("cart")
    page.get_by_label("Discount code").fill("SUMMER21")
    page.get_by_role("button", name="Use it").click()
    expect(page.locator(".refused")).to_be_visible()
    return page


def _orders(visitor: Visitor) -> Page:
    _order(visitor, "tok_visa")
    return visitor.open("orders")


def _orders_at_once(visitor: Visitor) -> Page:
    visitor.at_checkout(card="tok_gateway_down")
    visitor.buy()
    page = visitor.open("orders")
    expect(page.locator(".state.PENDING")).to_be_visible()
    return page


def _catalogue(visitor: Visitor) -> Page:
    page = visitor.open()
    expect(page.locator(".card").first).to_be_visible()
    return page


def _sign_in(visitor: Visitor) -> Page:
    page = visitor.open()
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/sign-in/**")
    expect(page.get_by_text("Ada", exact=False).first).to_be_visible()
    return page


def _room(visitor: Visitor) -> Page:
    _order(visitor, "tok_declined")
    visitor.page.goto(f"{visitor.address}machine-room/")
    expect(visitor.page.locator("[data-outcome=ok]").first).to_be_visible()
    return visitor.page


def _product(visitor: Visitor) -> Page:
    page = visitor.open("products/TEA-BREAKFAST-100")
    expect(page.locator(".tiers")).to_be_visible()
    return page


PAGES: dict[str, Go] = {
    "the catalogue": _catalogue,
    "a product": _product,
    "an empty cart": lambda visitor: visitor.open("cart"),
    "a cart": _cart,
    "the checkout": lambda visitor: visitor.at_checkout(),
    "the checkout with a mistake": _wrong,
    "an order": lambda visitor: _order(visitor, "tok_visa"),
    "a declined order": lambda visitor: _order(visitor, "tok_declined"),
    "the orders": _orders,
    "the orders, one on its way": _orders_at_once,
    "no such page": lambda visitor: visitor.open("nowhere"),
    "the sign-in": _sign_in,
    "the machine room": _room,
}


@pytest.mark.parametrize("guise", all_but(lambda name: name == "narrow and dark", GUISES))
@pytest.mark.parametrize("name", all_but(lambda name: name == "the catalogue", PAGES))
def test_a_page_is_for_everybody(visitors: MakeVisitor, name: str, guise: str) -> None:
    options: dict[str, Any] = {"reduced_motion": "reduce", **GUISES[guise]}
    page = PAGES[name](visitors(**options))
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate(STICKS_OUT) == []

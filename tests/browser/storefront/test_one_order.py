"""One intent, one order: whatever happens to the page, the connection or the price."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Route, expect

from lab.core import tables
from tests.browser import chromium
from tests.browser.storefront.visitor import MUG, Visitor

pytestmark = chromium.NEEDED

CHECKOUT = "**/api/checkout"


def test_a_double_click_buys_once(visitor: Visitor) -> None:
    visitor.at_checkout()
    visitor.button().dblclick()
    visitor.order_id()
    visitor.sees("Confirmed")
    visitor.assert_one_order()


def lost(visitor: Visitor, times: int = 1) -> list[str]:
    """Loses so many answers after the shop has the order; gives the keys that were sent."""
    keys: list[str] = []

    def handle(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > times:
            route.continue_()
        else:
            route.fetch()
            route.abort()

    visitor.context.route(CHECKOUT, handle)
    return keys


@pytest.mark.exhaustive
def test_a_lost_answer_is_asked_for_again_with_the_same_key(visitor: Visitor) -> None:
    visitor.at_checkout()
    keys = lost(visitor, times=2)
    visitor.buy()
    visitor.sees("Confirmed")
    assert len(keys) == 3
    assert len(set(keys)) == 1
    visitor.assert_one_order()


@pytest.mark.exhaustive
def test_the_connection_may_be_cut_after_the_order_left(visitor: Visitor) -> None:
    page = visitor.at_checkout()
    lost(visitor)
    visitor.context.set_offline(False)
    visitor.button().click()
    expect(page.get_by_text("it cannot be placed twice")).to_be_visible()
    visitor.context.set_offline(True)
    expect(page.locator("h1")).to_have_text("Placing your order")
    visitor.context.set_offline(False)
    visitor.order_id()
    visitor.assert_one_order()


@pytest.mark.exhaustive
def test_a_gateway_that_gave_up_has_taken_the_order_all_the_same(visitor: Visitor) -> None:
    visitor.at_checkout()
    answers: list[int] = []

    def handle(route: Route) -> None:
        answers.append(504 if not answers else 202)
        answer = route.fetch()
        route.fulfill(status=answers[-1], body=answer.text() if answers[-1] == 202 else "{}")

    visitor.context.route(CHECKOUT, handle)
    visitor.buy()
    assert answers == [504, 202]
    visitor.assert_one_order()


@pytest.mark.exhaustive
def test_a_reload_before_the_answer_finishes_the_order(visitor: Visitor) -> None:
    page = visitor.at_checkout()
    lost(visitor, times=1)
    visitor.button().click()
    expect(page.get_by_text("it cannot be placed twice")).to_be_visible()
    page.reload()
    visitor.order_id()
    visitor.sees("Confirmed")
    expect(page.locator(".badge")).to_have_text("0")
    visitor.assert_one_order()


@pytest.mark.exhaustive
def test_a_shop_that_never_answers_says_so_and_can_be_asked_again(visitor: Visitor) -> None:
    page = visitor.at_checkout()
    lost(visitor, times=6)
    visitor.button().click()
    visitor.sees("We do not know yet whether your order arrived")
    page.get_by_role("button", name="Send it again").click()
    visitor.order_id()
    visitor.assert_one_order()


@pytest.mark.exhaustive
def test_the_way_back_from_an_order_leads_to_an_empty_cart(visitor: Visitor) -> None:
    page = visitor.at_checkout()
    visitor.buy()
    page.go_back()
    visitor.sees("Your cart is empty")
    expect(visitor.button()).to_have_count(0)
    visitor.assert_one_order()


@pytest.mark.exhaustive
@pytest.mark.parametrize("other_address", [False, True])
def test_two_tabs_buy_a_cart_once(visitor: Visitor, other_address: bool) -> None:
    first = visitor.at_checkout()
    second = visitor.context.new_page()
    visitor.sign_in(second)
    visitor.fill(page=second, **({"name": "Grace Hopper"} if other_address else {}))
    press = "document.querySelector('form.columns button.wide').click()"
    first.evaluate(press)
    second.evaluate(press)
    visitor.order_id(first)
    # The second finds the cart ordered, gets the same order once more, or is told of a conflict.
    ended = re.compile("Your cart is empty|Confirmed|This cart was ordered already")
    expect(second.locator("main")).to_contain_text(ended)
    visitor.assert_one_order()


@contextmanager
def another_price(visitor: Visitor, sku: str, amount: int) -> Iterator[None]:
    target = visitor.shop.target
    table = tables.resource(target).Table(target.table("products"))
    before = table.get_item(Key={"sku": sku})["Item"]
    table.put_item(Item={**before, "price": amount, "tiers": []})
    yield
    table.put_item(Item=before)


@pytest.mark.exhaustive
def test_a_price_that_rose_meanwhile_is_shown_and_asked_about(visitor: Visitor) -> None:
    page = visitor.at_checkout(MUG)
    expect(visitor.button()).to_contain_text("$23.99")  # the page has the price of before
    with another_price(visitor, MUG, 2500):
        visitor.button().click()
        notice = page.get_by_role("alert").filter(has_text="The price has changed")
        expect(notice).to_contain_text("$23.99")
        expect(notice).to_contain_text("$30.99")
        assert visitor.orders() == []
        visitor.buy()
        visitor.sees("Confirmed")
    visitor.assert_one_order()


@pytest.mark.exhaustive
def test_a_token_that_ends_in_the_middle_is_asked_for_again(visitor: Visitor) -> None:
    page = visitor.at_checkout()
    page.evaluate(
        "sessionStorage.setItem('sign-in/token', JSON.stringify({...JSON.parse("
        "sessionStorage.getItem('sign-in/token')), token: 'no.longer.valid'}))"
    )
    visitor.button().click()
    visitor.sees("Your sign-in has ended")
    assert visitor.orders() == []
    visitor.sign_in()
    visitor.open("checkout")
    expect(page.locator("#field-line1")).to_have_value("12 Analytical Way")
    visitor.buy()
    visitor.assert_one_order()


@pytest.mark.exhaustive
def test_an_order_without_an_answer_is_never_sent_as_somebody_else(visitor: Visitor) -> None:
    page = visitor.at_checkout()
    lost(visitor, times=6)
    visitor.button().click()
    expect(page.get_by_text("it cannot be placed twice")).to_be_visible()
    other = f"{visitor.customer}-2"
    visitor.sign_in(customer=other)
    visitor.open("checkout")
    expect(page.get_by_text(f"Sign in as {visitor.customer} to finish it")).to_be_visible()
    visitor.assert_one_order()
    visitor.context.unroute(CHECKOUT)
    visitor.put(MUG)
    visitor.fill()
    visitor.buy()
    assert sorted(o["customerId"] for o in visitor.orders()) == [visitor.customer, other]
    visitor.sign_in()
    visitor.open()
    page.get_by_role("button", name="Finish it").click()
    visitor.order_id()
    assert len(visitor.orders()) == 2


@pytest.mark.exhaustive
def test_what_was_added_in_another_tab_meanwhile_stays_in_the_cart(visitor: Visitor) -> None:
    page = visitor.at_checkout(MUG)
    lost(visitor, times=2)
    visitor.button().click()
    expect(page.get_by_text("it cannot be placed twice")).to_be_visible()
    second = visitor.context.new_page()
    visitor.open("products/TEA-BREAKFAST-100", second)
    second.locator("article button.add").click()
    visitor.order_id()
    visitor.open("cart")
    expect(page.locator(".lines > li")).to_have_count(1)
    expect(page.locator(".lines > li")).to_contain_text("Harbour Breakfast")
    visitor.assert_one_order()

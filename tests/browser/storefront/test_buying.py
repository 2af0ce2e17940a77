"""A customer's ways through the shop."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import chromium
from tests.browser.storefront.conftest import MakeVisitor
from tests.browser.storefront.visitor import ADDRESS, MUG, TEA, Visitor

pytestmark = chromium.NEEDED


def test_a_customer_finds_signs_in_and_buys(visitor: Visitor) -> None:
    page = visitor.open()
    page.get_by_role("searchbox").fill("harbour breakfast")
    expect(page.locator(".card")).to_have_count(1)
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_role("link", name="Cart").click()
    page.get_by_role("link", name="To the checkout").click()
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.get_by_text("Ada", exact=False).first.click()
    expect(page.get_by_text("Signed in as")).to_be_visible()
    visitor.fill()
    visitor.buy()
    visitor.sees("Confirmed")
    expect(page.locator(".paid")).to_contain_text("Paid $")
    expect(page.locator(".badge")).to_have_text("0")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    visitor.assert_one_order()


def sign_in_on_the_page(page: Page, name: str) -> None:
    page.get_by_role("banner").get_by_role("button", name="Sign in").click()
    page.get_by_text(name, exact=False).first.click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


TOKEN_ENDS = "sessionStorage.removeItem('sign-in/token')"


@pytest.mark.exhaustive
@pytest.mark.parametrize("signs_out", [True, False], ids=["signed out", "token ended"])
def test_what_a_customer_has_typed_is_not_shown_to_the_next(
    visitor: Visitor, signs_out: bool
) -> None:
    visitor.put(MUG)
    page = visitor.open()
    sign_in_on_the_page(page, "Ada")
    visitor.fill()
    if signs_out:
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
        assert "Analytical" not in page.evaluate("JSON.stringify({...sessionStorage})")
    else:
        page.evaluate(TOKEN_ENDS)
    page.goto(visitor.address)
    sign_in_on_the_page(page, "Grace")

    visitor.open("checkout")

    for field in (*ADDRESS, "email"):
        expect(page.locator(f"#field-{field}")).to_have_value("")


@pytest.mark.exhaustive
def test_a_customer_whose_token_ended_finds_what_was_typed(visitor: Visitor) -> None:
    visitor.put(MUG)
    page = visitor.open()
    sign_in_on_the_page(page, "Ada")
    visitor.fill()
    page.evaluate(TOKEN_ENDS)
    page.goto(visitor.address)
    sign_in_on_the_page(page, "Ada")

    visitor.open("checkout")

    expect(page.locator("#field-line1")).to_have_value(ADDRESS["line1"])


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("card", "heading"),
    [
        ("tok_declined", "Not possible"),
        ("tok_insufficient_funds", "Not possible"),
        ("tok_expired_card", "Not possible"),
        ("tok_fraud", "Not possible"),
        ("tok_timeout_once", "Confirmed"),
        ("tok_gateway_down", "It went wrong on our side"),
    ],
)
def test_each_test_card_does_what_is_written_beside_it(
    visitor: Visitor, card: str, heading: str
) -> None:
    visitor.at_checkout(card=card)
    visitor.buy()
    expect(visitor.page.locator("h1")).to_have_text(heading, timeout=90_000)
    visitor.assert_one_order()


@pytest.mark.exhaustive
def test_a_declined_order_goes_back_into_the_cart_and_is_bought_with_another_card(
    visitor: Visitor,
) -> None:
    page = visitor.at_checkout(MUG, TEA, card="tok_declined")
    visitor.buy()
    visitor.sees("Not possible")
    expect(page.locator(".lead")).to_contain_text("declined")
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator(".lines > li")).to_have_count(2)
    visitor.fill("tok_visa")
    visitor.buy()
    visitor.sees("Confirmed")
    assert sorted(order["status"] for order in visitor.orders()) == ["CONFIRMED", "REJECTED"]


@pytest.mark.exhaustive
def test_what_is_sold_out_cannot_be_put_into_the_cart(visitor: Visitor) -> None:
    page = visitor.open("products/TABLE-JUG-MILK")
    expect(page.locator(".stock")).to_have_text("Sold out")
    expect(page.locator("button.add")).to_be_disabled()


@pytest.mark.exhaustive
def test_what_is_sold_out_meanwhile_is_refused_in_words(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.open()
    visitor.page.evaluate(
        "localStorage.setItem('cart', JSON.stringify({items: [{sku: 'TABLE-JUG-MILK',"
        " quantity: 1}], codes: [], country: '', region: '', key: crypto.randomUUID()}))"
    )
    visitor.page.reload()
    visitor.fill()
    visitor.buy()
    visitor.sees("Not possible")
    expect(visitor.page.locator(".lead")).to_contain_text("Not enough in stock")
    visitor.assert_one_order()


@pytest.mark.exhaustive
def test_a_failure_of_the_shop_says_by_what_the_shop_finds_it(visitor: Visitor) -> None:
    ids: list[str] = []

    def fail(route: Route) -> None:
        answer = route.fetch()
        ids.append(answer.headers["x-correlation-id"])
        route.fulfill(response=answer, status=500, body="{}")

    visitor.context.route("**/api/products*", fail)
    page = visitor.open()
    alert = page.get_by_role("alert")
    expect(alert).to_be_visible()
    expect(alert).to_contain_text(f"write to us and name {ids[-1]}")
    visitor.context.unroute("**/api/products*")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".card")).not_to_have_count(0)
    expect(alert).to_have_count(0)


@pytest.mark.exhaustive
def test_a_code_counts_or_is_refused_with_the_reason(visitor: Visitor) -> None:
    visitor.put(MUG)
    page = visitor.open("cart")
    for code in ("tenoff", "SUMMER21", "no spaces please"):
        page.get_by_label("Discount code").fill(code)
        page.get_by_role("button", name="Use it").click()
    expect(page.locator(".applied")).to_contain_text("TENOFF")
    expect(page.locator(".refused")).to_contain_text("Does not count")
    expect(page.locator("#code-wrong")).to_contain_text("letters, digits")
    expect(page.locator(".totals")).to_contain_text("$1.80")


@pytest.mark.exhaustive
def test_the_quote_follows_country_and_region(visitor: Visitor) -> None:
    visitor.put(MUG)
    page = visitor.open("cart")
    page.get_by_label("State").select_option("CA")
    expect(page.locator(".totals div", has_text="Tax")).not_to_contain_text("$0.00")
    page.get_by_label("Country").select_option("FR")
    expect(page.get_by_role("alert").filter(has_text="FR")).to_be_visible()


@pytest.mark.exhaustive
def test_what_the_api_finds_wrong_is_shown_at_the_field(visitor: Visitor) -> None:
    page = visitor.at_checkout()
    page.locator("#field-email").fill("not an address")
    page.locator("#field-region").select_option("")
    expect(visitor.button()).to_be_enabled()
    visitor.button().click()
    expect(page.locator("#field-email-wrong")).not_to_be_empty()
    expect(page.locator("#field-email")).to_be_focused()
    visitor.forget_requests()
    page.locator("#field-email").fill(visitor.mail)
    visitor.button().click()
    expect(page.get_by_text("the tax in US depends on it")).to_be_visible()
    assert visitor.orders() == []


@pytest.mark.exhaustive
def test_the_cart_is_the_same_in_two_tabs_and_after_a_reload(visitor: Visitor) -> None:
    second = visitor.context.new_page()
    visitor.open("cart", second)
    visitor.put(MUG)
    expect(second.locator(".lines > li")).to_have_count(1)
    second.reload()
    expect(second.locator(".badge")).to_have_text("1")


@pytest.mark.exhaustive
def test_nobody_sees_the_order_of_somebody_else(visitors: MakeVisitor) -> None:
    ada, eve = visitors(), visitors()
    ada.at_checkout()
    order = ada.buy()
    eve.sign_in()
    eve.open(f"orders/{order}")
    eve.sees("You have no such order")


@pytest.mark.exhaustive
def test_a_keyboard_is_enough_from_the_catalogue_to_the_end(visitor: Visitor) -> None:
    visitor.sign_in()
    page = visitor.open()
    press = page.keyboard.press
    _tab_to(visitor, "button.add")
    press("Enter")
    expect(page.locator(".badge")).to_have_text("1")
    page.locator("h1").focus()
    visitor.open("cart")
    _tab_to(visitor, "a.button")
    press("Enter")
    visitor.sees("Checkout")
    for name, text in (
        ("name", "Ada Byron"),
        ("line1", "12 Analytical Way"),
        ("postalCode", "97201"),
        ("city", "Portland"),
        ("region", "OR"),
        ("email", visitor.mail),
    ):
        _tab_to(visitor, f"#field-{name}")
        page.keyboard.type(text)
    expect(visitor.button()).to_be_enabled()
    _tab_to(visitor, "form.columns button.wide")
    press("Enter")
    visitor.sees("Confirmed")
    visitor.assert_one_order()


def _tab_to(visitor: Visitor, selector: str, most: int = 80) -> None:
    """Presses Tab until the element has the focus, which must be visible."""
    for _ in range(most):
        visitor.page.keyboard.press("Tab")
        if visitor.page.evaluate("s => document.activeElement.matches(s)", selector):
            style = "getComputedStyle(document.activeElement).outlineStyle"
            assert visitor.page.evaluate(style) != "none", selector
            return
    raise AssertionError(f"after {most} times Tab the focus is not at {selector}")


BLOCKED = """Object.defineProperty(window, "localStorage", {
    get() { throw new DOMException("The operation is insecure.", "SecurityError"); },
});"""
FULL = """const set = Storage.prototype.setItem;
Storage.prototype.setItem = function (name, value) {
    if (this === window.localStorage) throw new DOMException("It is full.", "QuotaExceededError");
    set.call(this, name, value);
};"""
DAMAGED = 'localStorage.setItem("cart", "{not json"); sessionStorage.setItem("draft", "[");'


@pytest.mark.exhaustive
@pytest.mark.parametrize("storage", [BLOCKED, FULL, DAMAGED], ids=["blocked", "full", "damaged"])
def test_a_browser_that_keeps_nothing_buys_all_the_same(visitor: Visitor, storage: str) -> None:
    visitor.context.add_init_script(storage)
    visitor.at_checkout()
    expect(visitor.page.locator(".badge")).to_have_text("1")
    visitor.buy()
    visitor.sees("Confirmed")
    visitor.assert_one_order()


@pytest.mark.exhaustive
def test_the_shop_opens_where_nothing_at_all_can_be_stored(visitor: Visitor) -> None:
    visitor.context.add_init_script(BLOCKED + BLOCKED.replace("localStorage", "sessionStorage"))
    visitor.put(MUG, TEA)
    expect(visitor.page.locator(".badge")).to_have_text("2")

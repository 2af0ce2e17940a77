"""The shop's page where what is behind it answers as no deployed shop would."""

from __future__ import annotations

import base64
import json
import mimetypes
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from lab.core import paths
from tests.browser import chromium

pytestmark = chromium.NEEDED
ADDRESS = "http://localhost:9/"  # nothing listens there: each request is answered below
CONFIG = {"clientId": "page", "tokenUrl": f"{ADDRESS}token", "token": "access_token"}
FLOW = {"state": "ours", "nonce": "once", "verifier": "v", "route": "#/orders"}
BODY = {"items": [{"sku": "MUG", "quantity": 1}]}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.running({"*": "127.0.0.1"}) as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab in which only the page's own files are there, and its settings."""
    context = browser.new_context()
    context.set_default_timeout(20_000)
    context.route("**/*", _file)
    answer(context, "config.json", lambda: (200, CONFIG))
    yield context.new_page()
    context.close()


def _file(route: Route) -> None:
    name = urlsplit(route.request.url).path.lstrip("/") or "index.html"
    file = paths.ROOT / "storefront" / name
    if file.is_file():
        kind = mimetypes.guess_type(file)[0] or "text/plain"
        route.fulfill(body=file.read_bytes(), content_type=kind)
    else:
        route.fulfill(status=404, json={"detail": f"There is no {name}"})


def answer(
    context: BrowserContext, path: str, respond: Callable[[], tuple[int, dict[str, object]]]
) -> None:
    """Answers requests to a path."""

    def handle(route: Route) -> None:
        status, content = respond()
        route.fulfill(status=status, json=content)

    context.route(f"{ADDRESS}{path}", handle)


def in_turn(*answers: tuple[int, dict[str, object]]) -> Callable[[], tuple[int, dict[str, object]]]:
    """One answer after the other; the last one again and again."""
    left = list(answers)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def token(**claims: object) -> str:
    """A token as the page reads it, which does not verify it."""
    encoded = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{encoded}.c2ln"


def store(page: Page, kind: str, name: str, value: object) -> None:
    """Keeps a value as the page would have."""
    if not page.url.startswith(ADDRESS):
        page.goto(f"{ADDRESS}icon.svg")  # of the same origin, and without the page's script
    page.evaluate(f"([name, value]) => {kind}.setItem(name, value)", [name, json.dumps(value)])


def unanswered_order(page: Page) -> None:
    """Somebody is signed in, who has sent an order and got no answer."""
    kept = {"token": "t", "customer": "ada", "name": "Ada", "expires": time.time() + 3600}
    attempt = {"key": "k", "body": BODY, "customer": "ada", "at": time.time() * 1000, "lost": True}
    store(page, "sessionStorage", "sign-in/token", kept)
    store(page, "localStorage", "attempt/ada", attempt)


@pytest.mark.parametrize("query", ["state=theirs&error=x", "state=&error=x"])
def test_a_link_of_another_site_cannot_put_its_words_on_the_page(page: Page, query: str) -> None:
    page.goto(f"{ADDRESS}?{query}&error_description=Call+555+0100")
    expect(page.get_by_role("alert").first).to_contain_text("was not begun in this tab")
    expect(page.get_by_text("555 0100")).to_have_count(0)


def test_what_the_issuer_says_went_wrong_is_shown(page: Page) -> None:
    store(page, "sessionStorage", "sign-in/flow", FLOW)
    page.goto(f"{ADDRESS}?state=ours&error=x&error_description=You+are+blocked")
    expect(page.get_by_role("alert").first).to_contain_text("You are blocked")


def test_a_customer_without_a_name_is_called_by_the_address(page: Page) -> None:
    claims = {"sub": "8d2c-uuid", "exp": time.time() + 3600}
    tokens: dict[str, object] = {
        "access_token": token(**claims),
        "id_token": token(**claims, nonce="once", email="ada@example.com"),
    }
    answer(page.context, "token", lambda: (200, tokens))
    store(page, "sessionStorage", "sign-in/flow", FLOW)
    page.goto(f"{ADDRESS}?state=ours&code=c")
    expect(page.locator(".who")).to_contain_text("ada@example.com")


def test_an_order_is_finished_although_the_settings_could_not_be_loaded_at_first(
    page: Page,
) -> None:
    answer(page.context, "config.json", in_turn((503, {}), (503, {}), (503, {}), (200, CONFIG)))
    answer(page.context, "api/checkout", lambda: (202, {"orderId": "ord_1"}))
    unanswered_order(page)
    page.goto(f"{ADDRESS}#/checkout")
    expect(page).to_have_url(f"{ADDRESS}#/orders/ord_1")


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_before_the_api_forgets_no_order_that_may_have_arrived(
    page: Page, status: int
) -> None:
    answer(page.context, "api/checkout", lambda: (status, {}))
    unanswered_order(page)
    with page.expect_response("**/api/checkout"):
        page.goto(f"{ADDRESS}#/checkout")
    expect(page.locator("h1")).not_to_have_text("Placing your order")
    assert page.evaluate("localStorage.getItem('attempt/ada')") is not None


def test_a_refusal_of_the_api_forgets_the_order(page: Page) -> None:
    problem: dict[str, object] = {
        "code": "INVALID",
        "errors": [{"pointer": "/email", "message": "is wrong"}],
    }
    answer(page.context, "api/checkout", lambda: (422, problem))
    unanswered_order(page)
    page.goto(f"{ADDRESS}#/checkout")
    page.wait_for_function("localStorage.getItem('attempt/ada') === null")

"""The machine room follows an order to its end, and its levers do what they say."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from lab.core import ports
from lab.operate import audit
from lab.shop_server import server
from tests.browser import chromium
from tests.browser.storefront.conftest import MakeVisitor
from tests.browser.storefront.visitor import MUG, Visitor
from tests.deployed_shop import DeployedShop
from tests.waiting import eventually

pytestmark = chromium.NEEDED
ROOM_MS = 60_000


def room(visitor: Visitor) -> Page:
    """The machine room in a tab of its own."""
    page = visitor.context.new_page()
    page.goto(f"{visitor.address}machine-room/")
    expect(page.locator(".live")).to_have_text("Live")
    return page


@pytest.fixture
def levers(visitor: Visitor) -> Iterator[Page]:
    """The room; whatever stands pulled at the end is undone."""
    page = room(visitor)
    yield page
    for name in ("fail", "permission"):
        pull(visitor, "undo", lever=name)


def pull(visitor: Visitor, name: str, **options: object) -> httpx.Response:
    return httpx.post(f"{visitor.address}machine-room/levers/{name}", json=options, timeout=120)


def said(page: Page) -> str:
    """What the last lever said it did."""
    text = page.locator(".said")
    expect(text).not_to_have_text("…", timeout=ROOM_MS)
    expect(text).not_to_be_empty(timeout=ROOM_MS)
    return text.inner_text()


def state_of(page: Page, name: str, outcome: str) -> None:
    """Waits until a state of the workflow's picture has this outcome."""
    drawn = page.locator(f"[data-state={name}][data-outcome={outcome}]")
    expect(drawn).to_be_visible(timeout=ROOM_MS)


def test_it_follows_an_order_and_shows_how_it_is_undone(visitor: Visitor) -> None:
    page = room(visitor)
    visitor.at_checkout(card="tok_declined")
    order = visitor.buy()
    expect(page.locator("h2 code", has_text=order)).to_be_visible(timeout=ROOM_MS)
    state_of(page, "ProcessPayment", "caught")
    state_of(page, "ReleaseStock", "ok")
    state_of(page, "OrderRejected", "ok")
    expect(page.get_by_role("region", name="Reservation")).to_contain_text("RELEASED")
    expect(page.get_by_role("region", name="Events")).to_contain_text("OrderRejected")
    mail = page.frame_locator(".mail iframe").locator("pre")
    expect(mail).to_contain_text("Hello Ada Byron", timeout=ROOM_MS)
    expect(page.get_by_role("region", name="Stock")).to_contain_text(MUG)


@pytest.mark.exhaustive
def test_it_shows_input_and_output_and_the_orders_before(visitor: Visitor) -> None:
    page = room(visitor)
    visitor.at_checkout()
    first = visitor.buy()
    visitor.sees("Confirmed")
    visitor.put(MUG)
    visitor.fill()
    second = visitor.buy()
    expect(page.locator("h2 code", has_text=second)).to_be_visible(timeout=ROOM_MS)
    page.locator(".executions button", has_text=first[:12]).click()
    expect(page.locator("h2 code", has_text=first)).to_be_visible(timeout=ROOM_MS)
    page.get_by_text("Input and output").click()
    expect(page.locator("details pre").first).to_contain_text(first)
    expect(page.get_by_role("region", name="Ledger")).to_contain_text("CAPTURED")


@pytest.mark.exhaustive
def test_a_stream_that_breaks_is_replaced_by_polling(visitor: Visitor) -> None:
    def cut(route: Route) -> None:
        route.abort()

    visitor.context.route("**/machine-room/stream*", cut)
    page = visitor.context.new_page()
    page.goto(f"{visitor.address}machine-room/")
    expect(page.locator(".live")).to_have_text("Live, by polling", timeout=ROOM_MS)
    expect(page.get_by_role("region", name="Queues")).to_contain_text("notifications")


@pytest.mark.exhaustive
def test_a_state_fails_as_often_as_the_lever_says_until_it_is_undone(
    visitor: Visitor, levers: Page
) -> None:
    levers.get_by_label("State").select_option("GenerateOrder")
    levers.get_by_role("button", name="Let it fail").click()
    assert "GenerateOrder raises an error, 4 times" in said(levers)
    visitor.at_checkout()
    visitor.buy()
    expect(visitor.page.locator("h1")).to_have_text("It went wrong on our side", timeout=ROOM_MS)
    state_of(levers, "RefundPayment", "ok")
    levers.get_by_role("button", name="Undo").click()
    expect(levers.locator(".said")).to_contain_text("Undone", timeout=ROOM_MS)
    visitor.put(MUG)
    visitor.fill()
    visitor.buy()
    visitor.sees("Confirmed")


@pytest.mark.exhaustive
def test_a_permission_is_taken_and_given_back(visitor: Visitor, levers: Page) -> None:
    levers.get_by_label("Function").select_option("stock-checker")
    levers.get_by_role("button", name="Take it away").click()
    assert "stock-checker may no longer" in said(levers)
    visitor.at_checkout()
    visitor.buy()
    expect(visitor.page.locator("h1")).to_have_text("It went wrong on our side", timeout=ROOM_MS)
    expect(levers.get_by_role("region", name="Refused")).to_contain_text("stock-checker")
    levers.get_by_role("button", name="Undo").click()
    expect(levers.locator(".said")).to_contain_text("Undone", timeout=ROOM_MS)
    visitor.put(MUG)
    visitor.fill()
    visitor.buy()
    visitor.sees("Confirmed")


@pytest.mark.exhaustive
def test_a_hundred_buyers_want_ten_pieces(visitor: Visitor, levers: Page) -> None:
    levers.get_by_role("button", name="Open the doors").click()
    assert "100 buyers want one of 10 pieces" in said(levers)
    rush = levers.locator(".lever", has_text="buyers want this piece").get_by_role("status")
    expect(rush).to_contain_text("100 of 100 have ended", timeout=280_000)
    expect(rush).to_contain_text("10 CONFIRMED")
    expect(rush).to_contain_text("90 OUT_OF_STOCK")
    api = visitor.shop.stranger()

    def gone() -> bool:
        on_sale = api.products(category="tableware", limit=100)["items"]
        return not [item for item in on_sale if item["sku"].startswith("RUSH-")]

    eventually(gone, "catalogue without the piece")


@pytest.mark.exhaustive
def test_killed_functions_come_back_by_themselves(visitor: Visitor, levers: Page) -> None:
    visitor.at_checkout()  # which has asked the API: its function runs
    levers.get_by_role("button", name="Kill the functions").click()
    assert said(levers).startswith("Killed: ")
    visitor.buy()
    expect(visitor.page.locator("h1")).to_have_text("Confirmed", timeout=ROOM_MS)


@pytest.mark.exhaustive
def test_the_sweeper_and_the_audit_say_what_they_found(levers: Page, shop: DeployedShop) -> None:
    audit.run(shop.target, settle_s=60)
    levers.get_by_role("button", name="Run the sweeper").click()
    assert said(levers).startswith("The sweeper ran")
    levers.get_by_role("button", name="Audit the books").click()
    expect(levers.locator(".said")).to_contain_text("guarantees hold", timeout=ROOM_MS)


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("nothing", {}, "There is no lever 'nothing'."),
        ("fail", {"state": "<b>"}, "'<b>' is no state."),
        ("fail", {"state": "FailOrder", "times": 0}, "times is '0'."),
        ("fail", {"state": "FailOrder", "times": True}, "times is 'True'."),
        ("rush", {"sku": "NO-SUCH-THING"}, "No product NO-SUCH-THING"),
        ("permission", {"function": "root"}, "'root' is no function."),
        ("undo", {"lever": "nothing"}, "There is nothing to undo."),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    visitor: Visitor, name: str, options: dict[str, object], words: str
) -> None:
    assert words in pull(visitor, name, **options).json()["message"]


@pytest.mark.exhaustive
def test_a_read_only_room_has_no_levers(visitors: MakeVisitor, shop: DeployedShop) -> None:
    port = ports.any_free()
    visitor = visitors()
    with _read_only(shop, port):
        address = f"http://localhost:{port}/"
        refused = httpx.post(f"{address}machine-room/levers/kill", json={})
        assert refused.status_code == 403
        page = visitor.context.new_page()
        page.goto(f"{address}machine-room/")
        expect(page.get_by_role("region", name="Queues")).to_contain_text("notifications")
        expect(page.get_by_role("region", name="Levers")).to_have_count(0)
        page.close()
    visitor.forget_requests()  # of another address, which was meant


def _read_only(shop: DeployedShop, port: int) -> server.Running:
    place = server.Place(ports.HOST, port, port)
    return server.Running(shop.target, place, read_only=True)


@pytest.mark.exhaustive
def test_shop_and_machine_room_stand_side_by_side(visitor: Visitor) -> None:
    page = visitor.page
    page.goto(f"{visitor.address}side-by-side/")
    expect(page.frame_locator("iframe").first.locator(".card").first).to_be_visible()
    room = page.frame_locator("iframe[title='The machine room']")
    expect(room.locator(".live")).to_have_text("Live")

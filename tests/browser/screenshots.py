"""`make screenshots`: photographs the shop and the machine room of the lab that is running."""

from __future__ import annotations

import json
import time

from playwright.sync_api import Browser, Frame, Page, expect

from lab.core import paths, ports
from lab.core.target import Target
from lab.shop import tokens
from lab.shop_server import server
from tests.browser import chromium
from tests.browser.storefront.visitor import ADDRESS

FOLDER = paths.ROOT / "docs" / "images"
SIZE = {"width": 1720, "height": 968}
CUSTOMER = "grace"


def main() -> None:
    target = Target.current("dev")
    port = ports.any_free()
    place = server.Place(ports.HOST, port, port)
    FOLDER.mkdir(exist_ok=True)
    with server.Running(target, place) as running, chromium.running({"*": "127.0.0.1"}) as browser:
        _side_by_side(target, running.where.url, browser)


def _side_by_side(target: Target, address: str, browser: Browser) -> None:
    """A declined order on the left; on the right the way on which it was undone."""
    page = browser.new_page(viewport=SIZE, locale="en-US", reduced_motion="reduce")
    page.set_default_timeout(60_000)
    _sign_in(target, address, page)
    page.goto(f"{address}side-by-side/")
    shop, room = page.frames[1], page.frames[2]
    _buy(shop)
    expect(shop.locator("h1")).to_have_text("Not possible")
    expect(room.locator("[data-state=OrderRejected][data-outcome=ok]")).to_be_visible()
    expect(room.locator(".live")).to_have_text("Live")
    page.screenshot(path=FOLDER / "shop-and-machine-room.png")


def _sign_in(target: Target, address: str, page: Page) -> None:
    token = tokens.mint(target, CUSTOMER)
    kept = {
        "token": token,
        "customer": CUSTOMER,
        "name": "Grace",
        "expires": time.time() + 3600,
    }
    page.goto(f"{address}icon.svg")
    page.evaluate("kept => sessionStorage.setItem('sign-in/token', kept)", json.dumps(kept))


def _buy(shop: Frame) -> None:
    for sku in ("TABLE-TEAPOT-12", "TEA-EARLGREY-125"):
        shop.evaluate("route => { location.hash = route }", f"#/products/{sku}")
        shop.locator(f"img[src*='{sku}']").wait_for()
        shop.locator("article button.add").click()
    shop.evaluate("location.hash = '#/checkout'")
    for name, text in {**ADDRESS, "email": "grace@example.com"}.items():
        shop.locator(f"#field-{name}").fill(text)
    shop.locator("#field-region").select_option("OR")
    shop.locator("input[value=tok_declined]").check()
    shop.get_by_role("button", name="Buy for").click()


if __name__ == "__main__":
    main()

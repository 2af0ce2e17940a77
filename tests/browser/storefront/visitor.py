"""Somebody in the shop: a browser without a past, and what one does there."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from boto3.dynamodb.conditions import Attr
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from lab.core import tables
from lab.shop import tokens
from tests.browser.storefront import contract
from tests.deployed_shop import DeployedShop

PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)
MUG, TEA = "TABLE-MUG-SAND", "TEA-BREAKFAST-100"
ADDRESS = {
    "name": "Ada Byron",
    "line1": "12 Analytical Way",
    "city": "Portland",
    "postalCode": "97201",
}


@dataclass
class Visitor:
    """A browser context of its own; `mail` is in no other visitor's orders."""

    shop: DeployedShop
    address: str
    context: BrowserContext
    page: Page
    customer: str = field(default_factory=lambda: f"visitor-{uuid.uuid4().hex[:8]}")
    requests: list[Request] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @classmethod
    def arrived(cls, browser: Browser, shop: DeployedShop, address: str, **options: Any) -> Visitor:
        """Opens the shop; `options` are those of Playwright's new_context."""
        context = browser.new_context(**{"locale": "en-US", **options})
        context.set_default_timeout(PATIENCE_MS)
        visitor = cls(shop, address, context, context.new_page())
        context.on("request", lambda request: visitor.requests.append(request))
        context.on("console", visitor._heard)
        context.on("weberror", lambda error: visitor.problems.append(str(error.error)))
        return visitor

    def _heard(self, message: ConsoleMessage) -> None:
        """The browser itself writes down each refused answer: that is no mistake of a page."""
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.problems.append(message.text)

    @property
    def mail(self) -> str:
        return f"{self.customer}@example.com"

    def open(self, route: str = "", page: Page | None = None) -> Page:
        """Goes to a page of the shop, such as `cart`."""
        page = page or self.page
        page.goto(f"{self.address}#/{route}")
        expect(page.locator("h1")).to_be_visible()
        return page

    def sign_in(self, page: Page | None = None, customer: str = "") -> None:
        """As the sign-in page leaves it, without going there."""
        name = customer or self.customer
        token = tokens.mint(self.shop.target, name)
        kept = {"token": token, "customer": name, "name": name, "expires": time.time() + 3600}
        page = page or self.page
        page.goto(f"{self.address}icon.svg")  # of the same origin, and without the shop's script
        page.evaluate("kept => sessionStorage.setItem('sign-in/token', kept)", json.dumps(kept))

    def put(self, *skus: str) -> None:
        """Puts products into the cart on their own pages."""
        for sku in skus:
            page = self.open(f"products/{sku}")
            page.locator("article button.add").click()

    def at_checkout(self, *skus: str, card: str = "", page: Page | None = None) -> Page:
        """Signed in, with a full cart and a filled form, before the button."""
        self.sign_in(page)
        self.put(*(skus or (MUG,)))
        return self.fill(card, page)

    def fill(self, card: str = "", page: Page | None = None, **changed: str) -> Page:
        """Goes to the checkout and fills the form."""
        page = self.open("checkout", page)
        for name, text in {**ADDRESS, "email": self.mail, **changed}.items():
            page.locator(f"#field-{name}").fill(text)
        page.locator("#field-region").select_option("OR")
        if card:
            page.locator(f"input[value={card}]").check()
        expect(self.button(page)).to_be_enabled()
        return page

    def button(self, page: Page | None = None) -> Any:
        """The one that buys."""
        return (page or self.page).get_by_role("button", name="Buy for")

    def buy(self, page: Page | None = None) -> str:
        """Presses the button, and gives the id of the order whose page is shown then."""
        self.button(page).click()
        return self.order_id(page)

    def order_id(self, page: Page | None = None) -> str:
        """The id of the order whose page is shown, or will be."""
        page = page or self.page
        page.wait_for_url("**/#/orders/ord_*")
        return page.url.rpartition("/")[2]

    def sees(self, heading: str, page: Page | None = None) -> None:
        """Waits until the page's heading says so."""
        expect((page or self.page).locator("h1")).to_have_text(heading)

    def orders(self) -> list[dict[str, Any]]:
        """All orders of this visitor in the books, whoever was signed in."""
        table = tables.resource(self.shop.target).Table(self.shop.target.table("orders"))
        found = table.scan(FilterExpression=Attr("email").eq(self.mail), ConsistentRead=True)
        return list(found["Items"])

    def assert_one_order(self) -> None:
        """Exactly one, which has ended."""
        orders = self.orders()
        assert len(orders) == 1, orders
        self.shop.ended(self.shop.customer(orders[0]["customerId"]), orders[0]["orderId"])

    def forget_requests(self) -> None:
        """After a mistake that was made on purpose, which no contract allows."""
        self.requests.clear()

    def assert_rules_kept(self) -> None:
        """No script failed, nothing was asked of another host, all calls are in openapi.json."""
        assert self.problems == []
        own = urlsplit(self.address).netloc
        hosts = {urlsplit(request.url).netloc for request in self.requests}
        assert hosts - {own, ""} == set()
        for request in self.requests:
            contract.check(request)

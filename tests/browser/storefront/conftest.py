"""`lab shop` on the deployed checkout, and visitors with browsers of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from lab.core import ports
from lab.operate import audit
from lab.shop_server import server
from tests.browser import chromium
from tests.browser.storefront.visitor import Visitor
from tests.deployed_shop import DeployedShop

MakeVisitor = Callable[..., Visitor]


@pytest.fixture(scope="session")
def address(shop: DeployedShop) -> Iterator[str]:
    """Where the shop is open for the tests."""
    port = ports.any_free()
    with server.Running(shop.target, server.Place(ports.HOST, port, port)) as running:
        yield running.where.url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """No name of the internet leads anywhere but here."""
    with chromium.running({"*": "127.0.0.1"}) as browser:
        yield browser


@pytest.fixture
def visitors(browser: Browser, shop: DeployedShop, address: str) -> Iterator[MakeVisitor]:
    """Makes visitors; at the end each one's pages must have kept to the rules of all pages."""
    made: list[Visitor] = []

    def make(**options: object) -> Visitor:
        made.append(Visitor.arrived(browser, shop, address, **options))
        return made[-1]

    yield make
    try:
        for visitor in made:
            visitor.assert_rules_kept()
    finally:
        for visitor in made:
            visitor.context.close()


@pytest.fixture
def visitor(visitors: MakeVisitor) -> Visitor:
    """Somebody who has just come in."""
    return visitors()


@pytest.fixture(scope="module", autouse=True)
def clean_books(shop: DeployedShop) -> Iterator[None]:
    """Whatever visitors did, every guarantee holds afterwards."""
    yield
    report = audit.run(shop.target, settle_s=60)
    assert [f"{f.title}: {row}" for f in report.findings for row in f.broken] == []
    assert report.in_flight == 0

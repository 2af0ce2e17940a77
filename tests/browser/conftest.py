"""One browser, one emulator with something to lose, and a site of somebody else's."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from tests.browser import chromium
from tests.browser.belongings import Belongings
from tests.browser.commands import Command
from tests.browser.doors import Page
from tests.browser.site import Document, Site
from tests.browser.tap import Tap
from tests.cloud import Cloud

EVIL = "http://evil.example"
REFUSALS = {400, 403, 421}


@pytest.fixture(scope="session")
def belongings(endpoint: str) -> Iterator[Belongings]:
    made = Belongings.made(Cloud(endpoint))
    yield made
    made.remove()


class Watch:
    """Compares what there is with what there was when it last looked."""

    def __init__(self, belongings: Belongings) -> None:
        self.belongings = belongings
        self._known = belongings.inventory()

    def changed(self) -> dict[str, Any]:
        """What is other than when it last looked."""
        before, self._known = self._known, self.belongings.inventory()
        return {name: now for name, now in self._known.items() if now != before[name]}


@pytest.fixture(scope="session")
def watch(belongings: Belongings) -> Watch:
    return Watch(belongings)


@pytest.fixture(scope="session")
def tap(endpoint: str) -> Iterator[Tap]:
    tap = Tap(urlsplit(endpoint).port or 80)
    yield tap
    tap.close()


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


# Not for the session: as long as Playwright runs, no other test may run an event loop.
@pytest.fixture(scope="module")
def browser(tap: Tap) -> Iterator[Browser]:
    """The emulator's port leads to the tap, whatever the host is, and nothing to the internet."""
    names = {f"*:{tap.port}": tap.address, "*": "127.0.0.1"}
    with chromium.running(names) as browser:
        yield browser


@pytest.fixture(scope="module")
def first_tab(browser: Browser) -> Tab:
    """A new one takes longer than a test."""
    tab = browser.new_page()
    tab.set_default_timeout(10_000)
    return tab


@pytest.fixture
def tab(first_tab: Tab) -> Iterator[Tab]:
    """A tab of the browser; what its pages have opened is closed with them."""
    yield first_tab
    for opened in first_tab.context.pages:
        if opened != first_tab:
            opened.close()
    first_tab.bring_to_front()
    first_tab.goto("about:blank")


@pytest.fixture
def mark() -> str:
    """A name that nothing else has."""
    return f"mark-{uuid.uuid4().hex[:8]}"


@dataclass(frozen=True)
class Attack:
    """A page of somebody else's, what it is after, and how one sees what came of it."""

    tab: Tab
    site: Site
    tap: Tap
    belongings: Belongings
    watch: Watch
    mark: str

    def url(self, command: Command, host: str = "localhost") -> str:
        """Where the command is sent."""
        return f"http://{host}:{self.tap.port}{self.prepared(command).target}"

    def prepared(self, command: Command) -> Command:
        """With the names of what there is, and of what would be made."""
        return self.belongings.named(command.about(self.mark))

    def page(self, command: Command, host: str = "localhost") -> Page:
        """HTML that sends the command."""
        return Page(self.url(command, host), self.prepared(command))

    def serve(self, document: Document, origin: str = EVIL) -> str:
        """The document's address, at an origin such as `http://evil.example`."""
        return f"{origin}:{self.site.port}{self.site.add(document)}"

    def open(self, page: str, origin: str = EVIL) -> None:
        """The learner opens the page."""
        self.tab.goto(self.serve(Document(page), origin), wait_until="commit")

    def assert_refused(self) -> None:
        """Something came through to the emulator, and it did nothing of it."""
        seen = self.tap.answered(self.mark)
        changed = self.watch.changed()
        assert {exchange.status for exchange in seen} <= REFUSALS, "\n".join(map(str, seen))
        granted = [exchange for exchange in seen if "access-control-allow-" in exchange.answer]
        assert not granted, "\n".join(exchange.answer for exchange in granted)
        assert not changed, f"there is now {changed}"


@pytest.fixture
def attack(tab: Tab, site: Site, tap: Tap, watch: Watch, mark: str) -> Attack:
    return Attack(tab, site, tap, watch.belongings, watch, mark)

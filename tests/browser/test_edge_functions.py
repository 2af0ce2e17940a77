"""CloudFront's functions in front of the shop's page and its API, run by a browser's engine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page as Tab

from lab.core import paths
from tests.browser import chromium

pytestmark = chromium.NEEDED

FUNCTIONS = paths.TERRAFORM / "modules" / "storefront" / "functions"
VIEWER = "198.51.100.7"


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with chromium.running({}) as browser:
        yield browser.new_page()


def result(tab: Tab, name: str, uri: str, **headers: str) -> Any:
    """What the function makes of a viewer's request."""
    event = {
        "viewer": {"ip": VIEWER},
        "request": {"uri": uri, "headers": {n: {"value": v} for n, v in headers.items()}},
    }
    code = (FUNCTIONS / f"{name}.js").read_text()
    return tab.evaluate(f"(event) => {{ {code}\nreturn handler(event); }}", event)


@pytest.mark.parametrize(
    ("asked", "passed"),
    [
        ("/api/orders", "/orders"),
        ("/api/api/x", "/api/x"),
        ("/apis/x", "/apis/x"),
        ("/x/api/y", "/x/api/y"),
    ],
)
def test_the_api_is_asked_for_its_own_paths(tab: Tab, asked: str, passed: str) -> None:
    assert result(tab, "api", asked)["uri"] == passed


@pytest.mark.parametrize("claimed", [None, "203.0.113.1", "203.0.113.1, 203.0.113.2", ""])
def test_the_firewall_learns_who_asks_and_not_who_a_viewer_claims_to_be(
    tab: Tab, claimed: str | None
) -> None:
    headers = {} if claimed is None else {"true-client-ip": claimed, "x-forwarded-for": claimed}
    passed = result(tab, "api", "/api/orders", **headers)["headers"]
    assert passed["true-client-ip"] == {"value": VIEWER}


@pytest.mark.parametrize("uri", ["/", "/index.html", "/app/shop.js", "/pictures/A.svg"])
def test_a_file_of_the_page_is_served(tab: Tab, uri: str) -> None:
    assert result(tab, "page", uri)["uri"] == uri


@pytest.mark.parametrize("uri", ["/cart", "/products/TEA", "/api", "/a.b/c", "//evil.example/x"])
def test_another_path_leads_to_the_page(tab: Tab, uri: str) -> None:
    answer = result(tab, "page", uri)
    assert (answer["statusCode"], answer["headers"]["location"]) == (302, {"value": "/"})

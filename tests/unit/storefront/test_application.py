"""The storefront's files, as `lab shop` serves them."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from lab.shop_server.application import STOREFRONT, Page


@pytest.fixture
def client() -> TestClient:
    page = Mount("/", Page(directory=STOREFRONT, html=True))
    return TestClient(Starlette(routes=[page]), follow_redirects=False)


@pytest.mark.parametrize("path", ["/", "/index.html", "/app/shop.js"])
def test_a_file_is_asked_for_again_each_time(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


@pytest.mark.parametrize("path", ["/cart", "/products/TEA", "/api", "/a.b/c"])
def test_a_path_that_names_no_file_leads_to_the_page(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (302, "/")


@pytest.mark.parametrize("path", ["/app/none.js", "/none.svg", "/../pyproject.toml"])
def test_a_file_that_is_missing_is_missing(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404

"""How the shop opens, and what its server answers to others than its own pages."""

from __future__ import annotations

import httpx
import pytest

from lab.core import ports
from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop_server import server
from tests.deployed_shop import DeployedShop

PLACE = server.Place(ports.HOST, 1, 1)


def test_an_environment_that_is_not_deployed_is_said_in_words(shop: DeployedShop) -> None:
    target = Target("staging", shop.target.endpoint)
    with pytest.raises(LabError, match="staging is not deployed here") as raised:
        server.make(target, PLACE, read_only=False, started=lambda: None)
    assert "lab deploy staging" in raised.value.hint


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "", 200),
        ("GET", "app/shop.js", 200),
        ("GET", "style.css", 200),
        ("GET", "config.json", 200),
        ("GET", "pictures/TEA-ASSAM-250.svg", 200),
        ("GET", "pictures/..%2F..%2Fpyproject.toml", 404),
        ("GET", "nothing", 302),
        ("GET", "app/nothing.js", 404),
        ("GET", "api/health", 200),
        ("GET", "api/orders", 401),
        ("GET", "machine-room/", 200),
        ("GET", "machine-room/state", 200),
        ("GET", "machine-room/levers/kill", 404),
        ("GET", "side-by-side/", 200),
    ],
)
def test_every_answer_keeps_to_the_policy(
    address: str, method: str, path: str, status: int
) -> None:
    answer = httpx.request(method, address + path, timeout=60)
    assert answer.status_code == status
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "server" not in answer.headers


@pytest.mark.parametrize("path", ["api/checkout", "api/quotes", "machine-room/levers/kill"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
    ],
)
def test_another_website_reaches_nothing(address: str, path: str, headers: dict[str, str]) -> None:
    assert httpx.post(address + path, json={}, headers=headers).status_code in (403, 421)


def test_a_lever_takes_json_only(address: str) -> None:
    form = httpx.post(f"{address}machine-room/levers/kill", data={"a": "b"})
    assert form.status_code == 415
    text = httpx.post(
        f"{address}machine-room/levers/kill",
        content="[1",
        headers={"Content-Type": "application/json"},
    )
    assert text.status_code == 400

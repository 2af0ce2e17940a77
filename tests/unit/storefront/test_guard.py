"""What of other websites reaches the local shop: nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from lab.shop_server.guard import HEADERS, Guard

OWN = "localhost:8080"


def answer(
    headers: list[tuple[str, str]], method: str = "GET", path: str = "/", query: str = ""
) -> Mapping[str, Any]:
    """What a page behind the guard answers: its status, and its headers in small letters."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
    }
    guard = Guard(PlainTextResponse("the shop"), 8080)
    asyncio.run(guard(scope, receive, send))
    return {
        "status": sent[0]["status"],
        **{name.decode(): value.decode() for name, value in sent[0]["headers"]},
    }


@pytest.mark.parametrize("host", [OWN, "LOCALHOST:8080"])
def test_the_shop_answers_at_its_own_address(host: str) -> None:
    assert answer([("Host", host)])["status"] == 200


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "[::1]:8080"])
def test_another_name_of_this_machine_leads_to_its_one_address(host: str) -> None:
    found = answer([("Host", host)], path="//evil.example/a%2Fb", query="x=1")
    assert found["status"] == 307
    assert found["location"] == "http://localhost:8080/evil.example/a%2Fb?x=1"


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        [""],
        ["localhost"],
        ["localhost:80"],
        ["evil.example:8080"],
        ["localhost.evil.example:8080"],
        ["evil.localhost:8080"],
        ["localhost:8080@evil.example"],
        [OWN, OWN],
        [OWN, "evil.example"],
    ],
)
def test_no_other_name_leads_to_it(hosts: list[str]) -> None:
    assert answer([("Host", host) for host in hosts])["status"] == 421


@pytest.mark.parametrize(
    "headers",
    [
        [("Origin", "http://evil.example")],
        [("Origin", "null")],
        [("Origin", "")],
        [("Origin", "https://localhost:8080")],
        [("Origin", "http://localhost:80801")],
        [("Origin", "http://127.0.0.1:8080")],
        [("Origin", f"http://{OWN}"), ("Origin", "http://evil.example")],
        [("Origin", f"http://{OWN}"), ("Sec-Fetch-Site", "cross-site")],
        [("Sec-Fetch-Site", "cross-site")],
        [("Sec-Fetch-Site", "same-site")],
        [("Sec-Fetch-Site", "evil")],
        [("Sec-Fetch-Site", "none"), ("Sec-Fetch-Site", "cross-site")],
        [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")],
        [
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Mode", "navigate"),
            ("Sec-Fetch-Dest", "iframe"),
        ],
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_website_is_refused(headers: list[tuple[str, str]], method: str) -> None:
    assert answer([("Host", OWN), *headers], method)["status"] == 403


LINK = [
    ("Host", OWN),
    ("Sec-Fetch-Site", "cross-site"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Dest", "document"),
]


def test_a_link_on_another_website_opens_a_page_and_sends_nothing() -> None:
    assert answer(LINK)["status"] == 200
    assert answer(LINK, "POST")["status"] == 403


@pytest.mark.parametrize(
    "headers",
    [
        [("Origin", f"http://{OWN}"), ("Sec-Fetch-Site", "same-origin")],
        [("Sec-Fetch-Site", "none")],
        [],
    ],
)
def test_the_shop_s_own_pages_and_programs_are_served(headers: list[tuple[str, str]]) -> None:
    assert answer([("Host", OWN), *headers], "POST")["status"] == 200


@pytest.mark.parametrize("host", [OWN, "evil.example"])
def test_every_answer_has_the_security_headers(host: str) -> None:
    found = answer([("Host", host)])
    assert {name: found[name.lower()] for name in HEADERS} == HEADERS


def test_the_policy_allows_no_inline_code_and_no_other_host() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "*" not in policy

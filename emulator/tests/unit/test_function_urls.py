"""CORS of a function's URL, which the emulator's own check of origins comes before."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from localstack_host.localstack_api import Response
from localstack_host.services.lambda_ import function_urls

SHOP = "https://shop.example"
CORS: dict[str, Any] = {
    "AllowOrigins": [SHOP],
    "AllowMethods": ["GET", "POST"],
    "AllowHeaders": ["x-token"],
    "ExposeHeaders": ["x-order"],
    "AllowCredentials": True,
    "MaxAge": 600,
}
ASKS = {"Access-Control-Request-Method": "GET"}


def _url(cors: Any = CORS) -> Any:
    return SimpleNamespace(cors=cors)


def _request(method: str = "GET", **headers: str) -> Any:
    return SimpleNamespace(method=method, headers=headers)


def _allowed(response: Response) -> dict[str, str]:
    prefix = "Access-Control-"
    named = {name: value for name, value in response.headers.items() if name.startswith(prefix)}
    return {name.removeprefix(prefix): value for name, value in named.items()}


def test_a_preflight_request_is_answered_by_the_settings() -> None:
    response = function_urls.preflight(_url(), _request("OPTIONS", Origin=SHOP, **ASKS))
    assert response is not None
    assert _allowed(response) == {
        "Allow-Origin": SHOP,
        "Allow-Credentials": "true",
        "Allow-Methods": "GET,POST",
        "Allow-Headers": "x-token",
        "Max-Age": "600",
    }


def test_another_origin_is_allowed_nothing() -> None:
    other = _request("OPTIONS", Origin="https://other.example", **ASKS)
    response = function_urls.preflight(_url(), other)
    assert response is not None
    assert _allowed(response) == {}


@pytest.mark.parametrize(
    ("cors", "request_"),
    [
        (None, _request("OPTIONS", Origin=SHOP, **ASKS)),
        (CORS, _request("OPTIONS", Origin=SHOP)),
        (CORS, _request("GET", Origin=SHOP, **ASKS)),
    ],
)
def test_other_requests_are_the_functions(cors: Any, request_: Any) -> None:
    assert function_urls.preflight(_url(cors), request_) is None


def test_the_functions_response_says_what_may_be_read() -> None:
    response = function_urls.respond(_url(), _request(Origin=SHOP), lambda: Response("x"))
    assert _allowed(response) == {
        "Allow-Origin": SHOP,
        "Allow-Credentials": "true",
        "Expose-Headers": "x-order",
    }
    without = function_urls.respond(_url(), _request(), lambda: Response("x"))
    assert _allowed(without) == {}


def test_every_origin_may_be_allowed() -> None:
    url = _url({"AllowOrigins": ["*"]})
    response = function_urls.respond(url, _request(Origin=SHOP), lambda: Response("x"))
    assert _allowed(response) == {"Allow-Origin": "*"}

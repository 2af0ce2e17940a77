"""Who may call: bearer tokens that are ours, and everything that only looks like one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from tests.shop import TOKENS
from tests.unit.api import KEY, a_checkout, a_token, call, signed_in

pytestmark = pytest.mark.usefixtures("open_shop")


def unsigned(**header: object) -> str:
    """A valid token's claims under a header of the caller's choice, and no signature."""
    claims = a_token().split(".")[1]
    return f"{encoded(json.dumps({'typ': 'JWT', **header}).encode())}.{claims}."


def signed(**header: object) -> str:
    """The same with a signature that is right: libraries differ in what they would sign."""
    text = unsigned(alg="HS256", **header).rstrip(".")
    signature = hmac.digest(TOKENS.secret.encode(), text.encode(), hashlib.sha256)
    return f"{text}.{encoded(signature)}"


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


BAD_TOKENS = {
    "alg none": unsigned(alg="none"),
    "no signature": unsigned(alg="HS256"),
    # RFC 7515, 4.1.11: who does not understand a critical extension must refuse the token.
    "an unknown critical extension": signed(crit=["x-bound-to"], **{"x-bound-to": "a key"}),
    "a critical extension that is missing": signed(crit=["x-bound-to"]),
    "no list of critical extensions": signed(crit="x-bound-to"),
    "another key": a_token(secret="another-secret-of-more-than-32-characters"),
    "another algorithm": a_token(secret=TOKENS.secret * 2, algorithm="HS512"),
    "expired": a_token(exp=1_700_000_001),
    "from the future": a_token(iat=3_999_999_999),
    "another audience": a_token(aud="another-shop"),
    "another issuer": a_token(iss="https://evil.example"),
    "no subject": a_token(sub=None),
    "no expiry": a_token(exp=None),
    "no audience": a_token(aud=None),
    "no issuer": a_token(iss=None),
    "no time of issue": a_token(iat=None),
    "empty subject": a_token(sub=""),
    "long subject": a_token(sub="x" * 129),
    "control characters": a_token(sub="cus\nada"),
    "two dots": "..",
    "garbage": "garbage",
    "not ASCII": "tökén",
    "lone surrogate": "\ud800.\ud800.\ud800",
}


@pytest.mark.parametrize("token", BAD_TOKENS.values(), ids=BAD_TOKENS)
def test_a_token_that_is_not_ours_is_refused(token: str) -> None:
    answer = call("GET", "/orders", headers=signed_in(token))
    assert (answer.status, answer.code) == (401, "UNAUTHORIZED")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", f"Basic {a_token()}", a_token()])
def test_a_header_without_a_bearer_token_is_refused(header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    assert call("GET", "/orders", headers=headers).status == 401


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/checkout"), ("GET", "/orders"), ("GET", "/orders/ord_1")]
)
def test_who_is_calling_is_asked_before_anything_else(method: str, path: str) -> None:
    answer = call(method, path, raw="{", headers={"Idempotency-Key": "x"}, query={"limit": "x"})
    assert answer.status == 401


@pytest.mark.parametrize(("method", "path"), [("GET", "/health"), ("GET", "/products")])
def test_browsing_needs_no_token(method: str, path: str) -> None:
    assert call(method, path).status == 200


def test_a_customer_id_cannot_reach_into_another_customers_keys() -> None:
    """Keys are stored as customer#key: `a` with `b#…` and `a#b` with `…` must not be one."""
    answer = call(
        "POST",
        "/checkout",
        a_checkout(),
        {**signed_in(a_token(sub="cus_ada#x")), "Idempotency-Key": KEY},
    )
    assert answer.status == 401


def test_a_token_with_an_extension_that_is_not_critical_is_taken() -> None:
    token = signed(**{"x-bound-to": "a key"})
    assert call("GET", "/orders", headers=signed_in(token)).status == 200

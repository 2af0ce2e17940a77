"""Who may call: bearer tokens that are ours, and everything that only looks like one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.shop import TOKENS
from tests.unit.shop.api import KEY, a_checkout, a_token, call, signed_in

pytestmark = pytest.mark.usefixtures("open_shop")


def unsigned(**header: object) -> str:
    """A valid token's claims under a header of the caller's choice, and no signature."""
    claims = a_token().split(".")[1]
    return f"{encoded(json.dumps({'typ': 'JWT', **header}).encode())}.{claims}."


def signed(**header: object) -> str:
    """The same with a signature that is right: libraries differ in what they would sign."""
    text = unsigned(**{"alg": "HS256", **header}).rstrip(".")
    signature = hmac.digest(TOKENS.secret.encode(), text.encode(), hashlib.sha256)
    return f"{text}.{encoded(signature)}"


def carrying(claims: str) -> str:
    """A signature that is right over claims of the caller's choice, in JSON or nearly."""
    text = f"{encoded(b'{"alg": "HS256", "typ": "JWT"}')}.{encoded(claims.encode())}"
    return f"{text}.{encoded(hmac.digest(TOKENS.secret.encode(), text.encode(), hashlib.sha256))}"


def claims_with(name: str, value: str) -> str:
    """The claims of a valid token, one of them replaced by a text that need not be JSON."""
    valid = {"sub": "cus_ada", "iss": TOKENS.issuer, "aud": TOKENS.audience}
    valid |= {"iat": 1_700_000_000, "exp": 4_000_000_000}
    pairs = {key: json.dumps(claim) for key, claim in valid.items()} | {name: value}
    return f"{{{', '.join(f'{json.dumps(key)}: {text}' for key, text in pairs.items())}}}"


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


CLAIMS = ["sub", "iss", "aud", "iat", "exp", "nbf", "jti", "anything"]
ODD = {
    "infinite": "Infinity",
    "less than everything": "-Infinity",
    "not a number": "NaN",
    "a number that no float holds": "1e999",
    "a number of 4,000 digits": "9" * 4_000,
    "a number of 5,000 digits": "9" * 5_000,
    "a date": '"2030-01-01T00:00:00Z"',
    "a lone surrogate": '"\\ud800"',
    "NUL": '"\\u0000"',
    "true": "true",
    "null": "null",
    "a list": '[[], {}, "cus_ada", null]',
    "an object": '{"$ne": null}',
    "deeper than anybody can read": "[" * 100_000 + "]" * 100_000,
    "long": json.dumps("x" * 100_000),
    "no JSON": "what?",
}


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_a_signed_token_with_an_odd_claim_is_taken_or_refused(claim: str, value: str) -> None:
    headers = signed_in(carrying(claims_with(claim, value)))
    assert call("GET", "/orders", headers=headers).status in (200, 401)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": ["HS256"]},
        {"alg": {"HS256": 1}},
        {"alg": 1.5},
        {"alg": "HS256", "kid": 7},
        {"alg": "HS256", "kid": ["a"]},
        {"alg": "HS256", "b64": False},
        {"alg": "HS256", "typ": [None]},
    ],
    ids=str,
)
def test_a_signed_token_with_an_odd_header_is_taken_or_refused(header: dict[str, Any]) -> None:
    assert call("GET", "/orders", headers=signed_in(signed(**header))).status in (200, 401)


WHATEVER = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=200),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(CLAIMS), WHATEVER))
def test_no_signed_token_is_our_mistake(claims: dict[str, Any]) -> None:
    valid = json.loads(claims_with("anything", "1"))
    headers = signed_in(carrying(json.dumps(valid | claims)))
    assert call("GET", "/orders", headers=headers).status in (200, 401)


@pytest.mark.parametrize("error", [OverflowError, TypeError, RecursionError, KeyError])
def test_what_a_version_of_the_library_cannot_read_is_no_token(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def decode(*_: object, **__: object) -> None:
        raise error("int too large to convert")

    monkeypatch.setattr("checkout_api.tokens.jwt.decode", decode)
    assert call("GET", "/orders", headers=signed_in()).status == 401


@pytest.mark.parametrize("around", [" ", "\t", " \t "])
def test_white_space_around_a_header_is_no_part_of_it(around: str) -> None:
    """RFC 9110, 5.5; and between scheme and token there may be more than one space (11.4)."""
    names = {"Authorization": f"Bearer   {a_token()}", "Idempotency-Key": KEY}
    padded = {name: f"{around}{value}{around}" for name, value in names.items()}

    first, again = (call("POST", "/checkout", a_checkout(), h) for h in (padded, names))

    assert (first.status, again.status) == (202, 202)
    assert first.body == again.body


@pytest.mark.parametrize("around", ["\u00a0", "\x0b", "\r\n"])
def test_other_white_space_is_part_of_a_key_and_refused(around: str) -> None:
    headers = signed_in() | {"Idempotency-Key": f"{KEY}{around}"}
    assert call("POST", "/checkout", a_checkout(), headers).code == "INVALID_IDEMPOTENCY_KEY"

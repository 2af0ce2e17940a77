"""Who may call: bearer tokens that are ours, and everything that only looks like one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from lab.shop.token_keys import SigningKey
from tests.shop import KEY as SIGNING
from tests.shop import TOKENS
from tests.unit.shop.api import KEY, a_checkout, a_token, call, signed_in

pytestmark = pytest.mark.usefixtures("open_shop")

STRANGER = SigningKey(rsa.generate_private_key(65_537, 2_048))


def unsigned(**header: object) -> str:
    """A valid token's claims under a header of the caller's choice, and no signature."""
    claims = a_token().split(".")[1]
    return f"{encoded(json.dumps({'typ': 'JWT', **header}).encode())}.{claims}."


def rs256(text: str, key: SigningKey = SIGNING) -> bytes:
    return key.private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())


def signed(key: SigningKey = SIGNING, **header: object) -> str:
    """The same with a signature that is right: libraries differ in what they would sign."""
    text = unsigned(**{"alg": "RS256", "kid": SIGNING.kid, **header}).rstrip(".")
    return f"{text}.{encoded(rs256(text, key))}"


def carrying(claims: str) -> str:
    """A signature that is right over claims of the caller's choice, in JSON or nearly."""
    header = json.dumps({"alg": "RS256", "kid": SIGNING.kid, "typ": "JWT"})
    text = f"{encoded(header.encode())}.{encoded(claims.encode())}"
    return f"{text}.{encoded(rs256(text))}"


def claims_with(name: str, value: str) -> str:
    """The claims of a valid token, one of them replaced by a text that need not be JSON."""
    valid = {"sub": "cus_ada", "iss": TOKENS.issuer, "aud": TOKENS.audience}
    valid |= {"iat": 1_700_000_000, "exp": 4_000_000_000}
    pairs = {key: json.dumps(claim) for key, claim in valid.items()} | {name: value}
    return f"{{{', '.join(f'{json.dumps(key)}: {text}' for key, text in pairs.items())}}}"


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def by_the_public_key(algorithm: str, secret: bytes) -> str:
    """HMAC with what everybody knows: who takes the algorithm from the token takes this."""
    text = unsigned(alg=algorithm, kid=SIGNING.kid).rstrip(".")
    return f"{text}.{encoded(hmac.digest(secret, text.encode(), hashlib.sha256))}"


def by_another_algorithm(algorithm: str, **header: object) -> str:
    """Signed by the issuer's key or a stranger's, as a library would that offers more of them."""
    text = unsigned(alg=algorithm, kid=SIGNING.kid, **header).rstrip(".")
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    signature = {
        "PS256": lambda: SIGNING.private.sign(text.encode(), pss, hashes.SHA256()),
        "RS512": lambda: SIGNING.private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA512()),
        "RS384": lambda: SIGNING.private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA384()),
        "ES256": lambda: ec.generate_private_key(ec.SECP256R1()).sign(
            text.encode(), ec.ECDSA(hashes.SHA256())
        ),
    }[algorithm]()
    return f"{text}.{encoded(signature)}"


def without_its_last_byte(token: str) -> str:
    head, claims, signature = token.split(".")
    cut = base64.urlsafe_b64decode(signature + "==")[:-1]
    return f"{head}.{claims}.{encoded(cut)}"


PEM = SIGNING.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

BAD_TOKENS = {
    "alg none": unsigned(alg="none", kid=SIGNING.kid),
    "alg NONE": unsigned(alg="NONE", kid=SIGNING.kid),
    "alg none, signed": signed(alg="none"),
    "no signature": unsigned(alg="RS256", kid=SIGNING.kid),
    "HS256 by the public key as PEM": by_the_public_key("HS256", PEM),
    "HS256 by the public key as JSON": by_the_public_key(
        "HS256", json.dumps(SIGNING.public).encode()
    ),
    "HS256 by nothing": by_the_public_key("HS256", b""),
    "RS256 by HMAC": by_the_public_key("RS256", PEM),
    **{name: by_another_algorithm(name) for name in ("PS256", "RS384", "RS512", "ES256")},
    "rs256": signed(alg="rs256"),
    "no key id": a_token(headers={"kid": None}),
    "an unknown key id": signed(kid="of-nobody"),
    "an empty key id": signed(kid=""),
    "a path as key id": signed(kid="../../dev/null"),
    "a stranger's key": signed(STRANGER, kid=STRANGER.kid),
    "a stranger's key under the issuer's id": signed(STRANGER),
    "a stranger's key that it brings": signed(STRANGER, jwk=STRANGER.public),
    "a stranger's key set": signed(STRANGER, jku="https://evil.example/keys"),
    "a stranger's key set, signed by the issuer": signed(jku="https://evil.example/keys"),
    "a stranger's certificate": signed(STRANGER, x5u="https://evil.example/certificate"),
    "a certificate of the issuer's": signed(x5c=["MIIB"]),
    "a signature that is too short": without_its_last_byte(a_token()),
    "a signature with more behind it": a_token() + "AA",
    # RFC 7515, 4.1.11: who does not understand a critical extension must refuse the token.
    "an unknown critical extension": signed(crit=["x-bound-to"], **{"x-bound-to": "a key"}),
    "a critical extension that is missing": signed(crit=["x-bound-to"]),
    "no list of critical extensions": signed(crit="x-bound-to"),
    "a critical extension that the library knows": signed(crit=["b64"], b64=True),
    "expired": a_token(exp=1_700_000_001),
    "from the future": a_token(iat=3_999_999_999),
    "not valid yet": a_token(nbf=3_999_999_999),
    "another audience": a_token(aud="another-shop"),
    "for a client": a_token(aud=None, client_id=TOKENS.audience, token_use="access"),
    "another issuer": a_token(iss="https://evil.example"),
    "an issuer that begins like ours": a_token(iss=f"{TOKENS.issuer}/evil"),
    "who signed in, and no access": a_token(token_use="id"),
    "no subject": a_token(sub=None),
    "no expiry": a_token(exp=None),
    "no audience": a_token(aud=None),
    "no issuer": a_token(iss=None),
    "no time of issue": a_token(iat=None),
    "empty subject": a_token(sub=""),
    "long subject": a_token(sub="x" * 129),
    "control characters": a_token(sub="cus\nada"),
    "longer than any token": a_token(padding="x" * 8_192),
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


HEADERS = {
    "none": None,
    "empty": "",
    "a scheme": "Bearer",
    "a scheme and a space": "Bearer ",
    "another scheme": f"Basic {a_token()}",
    "no scheme": a_token(),
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
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
        {"alg": ["RS256"]},
        {"alg": {"RS256": 1}},
        {"alg": 1.5},
        {"kid": 7},
        {"kid": ["a"]},
        {"kid": {"a": 1}},
        {"b64": False},
        {"typ": [None]},
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

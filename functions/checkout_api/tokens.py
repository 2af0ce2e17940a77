"""The customer's bearer token: RS256, by a key of the issuer's, for us, and in force now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import jwt
from jwt.algorithms import Algorithm

from checkout.domain.errors import NotAuthenticated
from checkout.key_set import RsaKey
from checkout.ports import IssuerKeys
from checkout.settings import CLIENT_ID, TokenSettings

ALGORITHM = "RS256"
CLOCK_SKEW_S = 30
MAX_CUSTOMER_ID = 128
MAX_TOKEN = 8_192
OFFERED_KEYS = frozenset({"jku", "jwk", "x5u", "x5c", "crit"})
"""Headers by which a token brings or names its own key, or asks for what we do not understand."""

UNREADABLE = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RecursionError)
"""What the library lets through of claims that no issuer makes: `exp` infinite, `alg` a list, …"""


def read_customer(header: str | None, settings: TokenSettings, keys: IssuerKeys) -> str:
    """The customer's id in an Authorization header.

    Raises `NotAuthenticated`, with no more details than a client needs to get a new token, and
    `NotConfigured` if the issuer's keys cannot be read.
    """
    token = _bearer(header)
    with _not_authenticated():
        kid = _key_id(token)
    key = keys.find(kid)
    if key is None:
        raise NotAuthenticated("The token is not valid")
    with _not_authenticated():
        claims = _claims(token, key, settings)
    return _customer_id(str(claims["sub"]))


@contextmanager
def _not_authenticated() -> Iterator[None]:
    try:
        yield
    except jwt.ExpiredSignatureError as error:
        raise NotAuthenticated("The token has expired") from error
    except (jwt.InvalidTokenError, *UNREADABLE) as error:
        raise NotAuthenticated("The token is not valid") from error


def _bearer(header: str | None) -> str:
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip(" "):
        raise NotAuthenticated("Send a bearer token in the Authorization header")
    if len(token) > MAX_TOKEN:
        raise NotAuthenticated("The token is not valid")
    return token.strip(" ")


def _key_id(token: str) -> str:
    """Which of the issuer's keys the token says it is signed with: by its id, in no other way."""
    header = jwt.get_unverified_header(token)
    if header.get("alg") != ALGORITHM or OFFERED_KEYS.intersection(header):
        raise jwt.InvalidTokenError("It is signed in a way that we do not accept")
    return str(header["kid"])


def _claims(token: str, key: RsaKey, settings: TokenSettings) -> Mapping[str, Any]:
    by_client = settings.audience_claim == CLIENT_ID
    claims = jwt.decode(
        token,
        _VerifyingKey(key),
        algorithms=[ALGORITHM],
        audience=None if by_client else settings.audience,
        issuer=settings.issuer,
        leeway=CLOCK_SKEW_S,
        options={
            "require": ["exp", "iat", "iss", "sub", settings.audience_claim],
            "verify_aud": not by_client,
        },
    )
    if by_client and claims[CLIENT_ID] != settings.audience:
        raise jwt.InvalidAudienceError("It is for another client")
    # Cognito's tokens say what they are for: one that says who signed in opens nothing.
    if claims.get("token_use", "access") != "access" or (by_client and "token_use" not in claims):
        raise jwt.InvalidTokenError("It is no access token")
    return claims


class _Rs256(Algorithm):
    """RS256 as `RsaKey` verifies it: PyJWT's own needs a binary library."""

    def prepare_key(self, key: RsaKey) -> RsaKey:
        return key

    def sign(self, msg: bytes, key: RsaKey) -> bytes:
        raise NotImplementedError("A function signs nothing")

    def verify(self, msg: bytes, key: RsaKey, sig: bytes) -> bool:
        return key.verifies(sig, msg)

    @staticmethod
    def to_jwk(*_: Any, **__: Any) -> Any:
        raise NotImplementedError

    @staticmethod
    def from_jwk(*_: Any, **__: Any) -> Any:
        raise NotImplementedError


class _VerifyingKey(jwt.PyJWK):
    """A key of the issuer's as PyJWT takes it; only ever with the algorithm above."""

    def __init__(self, key: RsaKey) -> None:
        self.key = key
        self.algorithm_name = ALGORITHM
        self.Algorithm = _Rs256()


def _customer_id(subject: str) -> str:
    if not is_customer_id(subject):
        raise NotAuthenticated("The token names no customer")
    return subject


def is_customer_id(text: str) -> bool:
    """No `#`: idempotency keys are stored as `customer#key`, which must have one reading."""
    return 0 < len(text) <= MAX_CUSTOMER_ID and text.isprintable() and "#" not in text

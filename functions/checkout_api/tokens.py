"""The customer's bearer token: HS256, with issuer, audience, subject and expiry."""

from __future__ import annotations

import jwt

from checkout.domain.errors import NotAuthenticated
from checkout.settings import TokenSettings

ALGORITHM = "HS256"
CLOCK_SKEW_S = 30
MAX_CUSTOMER_ID = 128
UNREADABLE = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RecursionError)
"""What the library lets through of claims that no issuer makes: `exp` infinite, `alg` a list, …"""


def read_customer(header: str | None, settings: TokenSettings) -> str:
    """The customer's id in an Authorization header.

    Raises `NotAuthenticated`, with no more details than a client needs to get a new token.
    """
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip(" "):
        raise NotAuthenticated("Send a bearer token in the Authorization header")
    try:
        claims = jwt.decode(
            token.strip(" "),
            settings.secret,
            algorithms=[ALGORITHM],
            audience=settings.audience,
            issuer=settings.issuer,
            leeway=CLOCK_SKEW_S,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except jwt.ExpiredSignatureError as error:
        raise NotAuthenticated("The token has expired") from error
    except (jwt.InvalidTokenError, *UNREADABLE) as error:
        raise NotAuthenticated("The token is not valid") from error
    return _customer_id(str(claims["sub"]))


def _customer_id(subject: str) -> str:
    if not is_customer_id(subject):
        raise NotAuthenticated("The token names no customer")
    return subject


def is_customer_id(text: str) -> bool:
    """No `#`: idempotency keys are stored as `customer#key`, which must have one reading."""
    return 0 < len(text) <= MAX_CUSTOMER_ID and text.isprintable() and "#" not in text

"""Bearer tokens that look good and are not."""

from __future__ import annotations

import base64
import hmac
import json
import random
import time
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from lab.shop.token_keys import SigningKey


class Forger:
    """Knows everything about the victim's token, and in some tricks even the issuer's key."""

    def __init__(self, good: str, issuers: SigningKey) -> None:
        self.good = good
        self.issuers = issuers
        self.claims: dict[str, Any] = jwt.decode(good, options={"verify_signature": False})

    @cached_property
    def own(self) -> SigningKey:
        return SigningKey(rsa.generate_private_key(public_exponent=65537, key_size=2048))

    def token(self, rng: random.Random) -> str:
        """One of the forgeries."""
        tricks = [
            lambda: self.signed(self.own, {"kid": self.own.kid}),
            lambda: self.signed(self.own),
            lambda: self.signed(self.own, {"jwk": self.own.public}),
            lambda: self.signed(self.own, {"jku": "https://mallory.example/keys"}),
            lambda: self.hmac(rng.choice(["HS256", "HS384", "HS512"])),
            lambda: self.unsigned(rng.choice(["none", "None", "NONE", ""])),
            lambda: self.signed(exp=int(time.time()) - rng.randint(60, 10**8)),
            lambda: self.signed(iat=int(time.time()) + 3600),
            lambda: self.signed(aud="checkout-mars"),
            lambda: self.signed(iss="https://mallory.example"),
            lambda: self.signed(sub=rng.choice(["", "a#b", "x" * 129, "\n"])),
            lambda: self.signed(exp=None),
            lambda: self.signed(token_use="id"),
            lambda: self.somebody_else(rng),
            lambda: self.good[: rng.randint(1, len(self.good) - 2)],
            lambda: self.good + ".e30",
            lambda: rng.choice(["..", "a.b.c", "null", "[object Object]", "' OR 1=1 --"]),
        ]
        return rng.choice(tricks)()

    def signed(
        self,
        key: SigningKey | None = None,
        headers: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> str:
        """By the issuer's key or another, with these claims changed, or (None) left out."""
        claims = {k: v for k, v in (self.claims | changes).items() if v is not None}
        said = {"kid": self.issuers.kid} | dict(headers or {})
        return jwt.encode(claims, (key or self.issuers).private, "RS256", said)

    def hmac(self, algorithm: str) -> str:
        """By the public key, as if it were a secret."""
        text = f"{encoded({'alg': algorithm, 'kid': self.issuers.kid})}.{encoded(self.claims)}"
        digest = algorithm.replace("HS", "sha")
        mac = hmac.digest(json.dumps(self.issuers.public).encode(), text.encode(), digest)
        return f"{text}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"

    def unsigned(self, algorithm: str) -> str:
        return f"{encoded({'typ': 'JWT', 'alg': algorithm})}.{encoded(self.claims)}."

    def somebody_else(self, rng: random.Random) -> str:
        """The good signature under other claims."""
        head, _, signature = self.good.split(".")
        return f"{head}.{encoded({**self.claims, 'sub': f'admin{rng.randint(0, 99)}'})}.{signature}"


def encoded(part: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")

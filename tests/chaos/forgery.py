"""Bearer tokens that look good and are not."""

from __future__ import annotations

import base64
import json
import random
import time
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa


class Forger:
    """Knows everything about the victim's token, and in some tricks even the shop's secret."""

    def __init__(self, good: str, secret: str) -> None:
        self.good = good
        self.secret = secret
        self.claims: dict[str, Any] = jwt.decode(good, options={"verify_signature": False})

    @cached_property
    def key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def token(self, rng: random.Random) -> str:
        """One of the forgeries."""
        tricks = [
            lambda: self.signed("HS256", "not the secret" * 3),
            lambda: self.signed("HS512", self.secret),
            lambda: jwt.encode(self.claims, self.key, "RS256"),
            lambda: self.unsigned(rng.choice(["none", "None", "NONE", ""])),
            lambda: self.signed(
                "HS256", self.secret, exp=int(time.time()) - rng.randint(60, 10**8)
            ),
            lambda: self.signed("HS256", self.secret, iat=int(time.time()) + 3600),
            lambda: self.signed("HS256", self.secret, aud="checkout-mars"),
            lambda: self.signed("HS256", self.secret, iss="https://mallory.example"),
            lambda: self.signed("HS256", self.secret, sub=rng.choice(["", "a#b", "x" * 129, "\n"])),
            lambda: self.signed("HS256", self.secret, exp=None),
            lambda: self.somebody_else(rng),
            lambda: self.good[: rng.randint(1, len(self.good) - 2)],
            lambda: self.good + ".e30",
            lambda: rng.choice(["..", "a.b.c", "null", "[object Object]", "' OR 1=1 --"]),
        ]
        return rng.choice(tricks)()

    def signed(self, algorithm: str, secret: str, **changes: Any) -> str:
        """With these claims changed, or (None) left out."""
        claims = {k: v for k, v in (self.claims | changes).items() if v is not None}
        return jwt.encode(claims, secret, algorithm)

    def unsigned(self, algorithm: str) -> str:
        return f"{encoded({'typ': 'JWT', 'alg': algorithm})}.{encoded(self.claims)}."

    def somebody_else(self, rng: random.Random) -> str:
        """The good signature under other claims."""
        head, _, signature = self.good.split(".")
        return f"{head}.{encoded({**self.claims, 'sub': f'admin{rng.randint(0, 99)}'})}.{signature}"


def encoded(part: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")

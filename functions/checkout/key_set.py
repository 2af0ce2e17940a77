"""The public keys of whoever issues customers' tokens: a JSON Web Key Set (RFC 7517)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MAX_LENGTH = 65_536
MAX_KEYS = 32
MAX_KEY_ID = 200
LEAST_BITS, MOST_BITS = 2_048, 8_192
LEAST_EXPONENT, MOST_EXPONENT = 65_537, 2**32
PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "k"})

SHA_256 = bytes.fromhex("3031300d060960864801650304020105000420")
"""What stands before a digest by SHA-256 when it is signed (RFC 8017, 9.2, note 1)."""


@dataclass(frozen=True)
class RsaKey:
    """A public key of RSA. Verifies in Python alone, so that the zip needs no binary library."""

    modulus: int
    exponent: int

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether this is the message's signature by RS256 (RSASSA-PKCS1-v1_5 with SHA-256).

        As RFC 8017, 8.2.2 says: compares with the one encoding that is right, and parses nothing.
        Nothing here is secret, so its time may tell everything.
        """
        size = (self.modulus.bit_length() + 7) // 8
        number = int.from_bytes(signature)
        if len(signature) != size or number >= self.modulus:
            return False
        signed = pow(number, self.exponent, self.modulus).to_bytes(size)
        return hmac.compare_digest(signed, _encoded(message, size))


def _encoded(message: bytes, size: int) -> bytes:
    digest = SHA_256 + hashlib.sha256(message).digest()
    return b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest


type KeySet = Mapping[str, RsaKey]
"""Keys by their id."""


@lru_cache(maxsize=4)
def parse(text: str) -> KeySet:
    """The keys for RS256 in a key set; those for something else are passed over.

    Raises ValueError, in words that hold no part of the text, if it is no key set, holds what
    should be private, or has no key for us.
    """
    if len(text) > MAX_LENGTH:
        raise ValueError(f"longer than {MAX_LENGTH} characters")
    keys = _members(text)
    if any(PRIVATE.intersection(key) for key in keys):
        raise ValueError(
            "with a private key or a secret in it, which must be nowhere but with the issuer"
        )
    usable = [key for key in keys if _is_for_us(key)]
    found = {_id(key): RsaKey(_modulus(key), _exponent(key)) for key in usable}
    if not found or len(found) < len(usable):
        raise ValueError("without a key for RS256, or with two of one kid")
    return found


def _members(text: str) -> list[Mapping[str, Any]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list) or len(keys) > MAX_KEYS:
        raise ValueError(f"not an object with a list of at most {MAX_KEYS} keys")
    if not all(isinstance(key, dict) for key in keys):
        raise ValueError("with a key that is no object")
    return keys


def _is_for_us(key: Mapping[str, Any]) -> bool:
    """Unknown kinds and uses must be passed over (RFC 7517, 5)."""
    operations = key.get("key_ops", ["verify"])
    return (
        key.get("kty") == "RSA"
        and key.get("use", "sig") == "sig"
        and key.get("alg", "RS256") == "RS256"
        and isinstance(operations, list)
        and "verify" in operations
    )


def _id(key: Mapping[str, Any]) -> str:
    kid = key.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= MAX_KEY_ID:
        raise ValueError("with a key that has no kid")
    return kid


def _modulus(key: Mapping[str, Any]) -> int:
    modulus = _number(key.get("n"))
    if not LEAST_BITS <= modulus.bit_length() <= MOST_BITS or modulus % 2 == 0:
        raise ValueError(f"with a key that has not {LEAST_BITS} to {MOST_BITS} bits")
    return modulus


def _exponent(key: Mapping[str, Any]) -> int:
    exponent = _number(key.get("e"))
    if not LEAST_EXPONENT <= exponent <= MOST_EXPONENT or exponent % 2 == 0:
        raise ValueError("with a key whose exponent nobody uses")
    return exponent


def _number(encoded: object) -> int:
    if not isinstance(encoded, str):
        raise ValueError("with a key that lacks a number")  # noqa: TRY004 - of a text, not of a type
    try:
        padded = encoded + "=" * (-len(encoded) % 4)
        return int.from_bytes(base64.b64decode(padded, b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise ValueError("with a number that is not in base64url") from None

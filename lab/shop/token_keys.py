"""The keys that the lab signs customers' tokens with, where no other issuer does.

The private key stays in the lab's home, one for each environment. The public one is a setting that
the functions read: the key set, which several labs may share.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from lab.core import paths
from lab.core.errors import LabError
from lab.core.target import Target

BITS = 2_048
EXPONENT = 65_537
KEPT = 5
"""Keys in a set: a parameter holds 4 kB."""

type Jwk = dict[str, str]


@dataclass(frozen=True)
class SigningKey:
    """A private key of RSA, and how its public half is told (RFC 7517)."""

    private: rsa.RSAPrivateKey

    @cached_property
    def kid(self) -> str:
        """Its id: the thumbprint of the public key (RFC 7638)."""
        members = {"e": self._members["e"], "kty": "RSA", "n": self._members["n"]}
        text = json.dumps(members, separators=(",", ":"), sort_keys=True)
        return _encoded(hashlib.sha256(text.encode()).digest())

    @property
    def public(self) -> Jwk:
        """The public key."""
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, **self._members}

    @cached_property
    def _members(self) -> Jwk:
        numbers = self.private.public_key().public_numbers()
        return {"n": _encoded(_bytes(numbers.n)), "e": _encoded(_bytes(numbers.e))}


def signing_key(target: Target) -> SigningKey:
    """The environment's key in the lab's home, made if there is none.

    Raises LabError if the file holds something else.
    """
    file = file_of(target)
    if not file.exists():
        _write_new(file, overwrite=False)
    try:
        private = load_pem_private_key(file.read_bytes(), password=None)
    except ValueError:
        private = None
    if not isinstance(private, rsa.RSAPrivateKey):
        raise LabError(f"{file} is no private key of RSA.", "Delete it: the lab makes a new one.")
    return SigningKey(private)


def own_id(target: Target) -> str:
    """The id of the lab's key for the environment; empty if it has none. Raises LabError."""
    return signing_key(target).kid if file_of(target).exists() else ""


def ensure(target: Target) -> None:
    """Publishes the lab's key, unless the environment has an issuer of its own."""
    if has_other_issuer(target):
        delete(target)
    else:
        publish(target, published(target))


def publish(target: Target, known: list[Jwk]) -> SigningKey:
    """Makes the lab's key one of the environment's, of which `known` are published."""
    key = signing_key(target)
    if key.kid not in {other.get("kid") for other in known}:
        _put(target, [key.public, *known][:KEPT])
    return key


def rotate(target: Target, revoke: bool = False) -> SigningKey:
    """Signs with a new key from now on. Tokens of the others are valid still, unless `revoke`.

    Raises LabError if the environment has an issuer of its own.
    """
    if has_other_issuer(target):
        raise LabError(
            f"{target.environment} takes tokens of another issuer, which rotates its keys itself.",
            f"Its keys are at the URL in {_named(target, 'key-set-url')}.",
        )
    _write_new(file_of(target), overwrite=True)
    return publish(target, [] if revoke else published(target))


def delete(target: Target) -> None:
    """Deletes the environment's key set. The lab keeps its own key, for the next deploy."""
    ssm = target.client("ssm")
    try:
        ssm.delete_parameter(Name=_named(target, "key-set"))
    except ssm.exceptions.ParameterNotFound:
        return


def published(target: Target) -> list[Jwk]:
    """The keys that the environment accepts; none if nobody has published one."""
    return read_key_set(_value(target, "key-set"))


def has_other_issuer(target: Target) -> bool:
    """Whether the functions fetch their keys from a URL."""
    return bool(_value(target, "key-set-url"))


def read_key_set(text: str) -> list[Jwk]:
    """The keys in a key set; none if it is damaged: it is then made anew."""
    try:
        keys = json.loads(text)["keys"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    return [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []


def file_of(target: Target) -> Path:
    """Where the lab keeps the environment's private key."""
    place = "aws" if target.endpoint is None else "emulator"
    return paths.home() / "sign-in" / f"{place}-{target.environment}.pem"


def _write_new(file: Path, overwrite: bool) -> None:
    """Writes a new key, complete or not at all. Without `overwrite` the first of two stays."""
    file.parent.mkdir(exist_ok=True, mode=0o700)
    private = rsa.generate_private_key(EXPONENT, BITS)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    handle, draft = tempfile.mkstemp(dir=file.parent)  # for its owner only
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(pem)
        if overwrite:
            Path(draft).replace(file)
        else:
            _link(Path(draft), file)
    finally:
        Path(draft).unlink(missing_ok=True)


def _link(draft: Path, file: Path) -> None:
    try:
        file.hardlink_to(draft)
    except FileExistsError:
        return


def _put(target: Target, keys: list[Jwk]) -> None:
    target.client("ssm").put_parameter(
        Name=_named(target, "key-set"),
        Value=json.dumps({"keys": keys}, separators=(",", ":")),
        Description="Public keys of who signs customers' tokens; the lab writes them",
        Type="String",
        Overwrite=True,
    )


def _value(target: Target, name: str) -> str:
    """The value of a parameter; empty if there is none."""
    found: dict[str, Any] = target.client("ssm").get_parameters(
        Names=[_named(target, name)], WithDecryption=True
    )
    return "".join(str(parameter["Value"]) for parameter in found["Parameters"])


def _named(target: Target, name: str) -> str:
    return f"{target.settings_path}/auth/{name}"


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")

"""The settings of an environment: into a backup and back.

A SecureString never leaves memory in clear: its value is sealed by KMS before it is written, with
a key that is not the environment's own, since that one dies with it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from lab.core import naming
from lab.core.target import Target

SECURE = "SecureString"
TERRAFORMS = {"Key": "ManagedBy", "Value": "terraform"}
SEALED_AT_ONCE = 4096
"""Bytes that KMS encrypts in one call; a parameter may have 8,192."""


@dataclass(frozen=True)
class Parameter:
    """One setting. `name` is without the environment's path; `value` is sealed if it is secure.

    `managed` says that Terraform makes it.
    """

    name: str
    type: str
    value: str | list[str]
    managed: bool


@dataclass(frozen=True)
class Restored:
    """What was written, and what was left as Terraform says although the backup says otherwise."""

    written: tuple[str, ...]
    kept: tuple[str, ...]


def pack(target: Target) -> tuple[bytes, int]:
    """All parameters of the environment as bytes, and how many there are."""
    kms, ssm = target.client("kms"), target.client("ssm")
    found = [_described(kms, ssm, target, p) for p in _live(target).values()]
    return json.dumps([asdict(p) for p in found], indent=1).encode(), len(found)


def restore(target: Target, body: bytes) -> Restored:
    """Writes what Terraform does not make: secrets, and what somebody put there by hand.

    The rest is in terraform.tfvars. Where the backup differs from it, Terraform is right.
    """
    live, kms = _live(target), target.client("kms")
    written, kept = [], []
    for said in (Parameter(**row) for row in json.loads(body)):
        wanted = _opened(kms, target, said)
        there = live.get(said.name)
        if there and there["Value"] == wanted and there["Type"] == said.type:
            continue
        if said.managed:
            kept.append(said.name)
        else:
            _write(target, said, wanted)
            written.append(said.name)
    return Restored(tuple(written), tuple(kept))


def _live(target: Target) -> dict[str, dict[str, Any]]:
    """Every parameter by its short name, with its value in clear: for memory only."""
    pages = target.client("ssm").get_paginator("get_parameters_by_path")
    path = _path(target)
    found = pages.paginate(Path=path, Recursive=True, WithDecryption=True)
    every = (parameter for page in found for parameter in page["Parameters"])
    return {p["Name"].removeprefix(path): p for p in sorted(every, key=lambda p: str(p["Name"]))}


def _path(target: Target) -> str:
    return f"{target.settings_path}/"


def _described(kms: Any, ssm: Any, target: Target, found: dict[str, Any]) -> Parameter:
    name = found["Name"].removeprefix(_path(target))
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=found["Name"])["TagList"]
    secure = found["Type"] == SECURE
    value = _sealed(kms, _context(target, name), found["Value"]) if secure else found["Value"]
    return Parameter(name, found["Type"], value, TERRAFORMS in tags)


def _sealed(kms: Any, context: dict[str, str], value: str) -> list[str]:
    key = naming.shop().backups_key
    pieces = (
        kms.encrypt(KeyId=key, Plaintext=piece, EncryptionContext=context)["CiphertextBlob"]
        for piece in _pieces(value.encode())
    )
    return [base64.b64encode(piece).decode() for piece in pieces]


def _opened(kms: Any, target: Target, said: Parameter) -> str:
    if isinstance(said.value, str):
        return said.value
    context = _context(target, said.name)
    pieces = (base64.b64decode(piece) for piece in said.value)
    return b"".join(
        kms.decrypt(CiphertextBlob=piece, EncryptionContext=context)["Plaintext"]
        for piece in pieces
    ).decode()


def _context(target: Target, name: str) -> dict[str, str]:
    """KMS opens only what is said to be this setting: nothing can be put in its place."""
    return {"environment": target.environment, "parameter": name}


def _pieces(value: bytes) -> Iterator[bytes]:
    for first in range(0, len(value), SEALED_AT_ONCE):
        yield value[first : first + SEALED_AT_ONCE]


def _write(target: Target, said: Parameter, value: str) -> None:
    name = _path(target) + said.name
    key = _key_of(target, name) if said.type == SECURE else {}
    target.client("ssm").put_parameter(
        Name=name, Value=value, Type=said.type, Overwrite=True, **key
    )


def _key_of(target: Target, name: str) -> dict[str, str]:
    """The key that the parameter has now: without it, AWS would take its own."""
    chosen = [{"Key": "Name", "Option": "Equals", "Values": [name]}]
    found = target.client("ssm").describe_parameters(ParameterFilters=chosen)["Parameters"]
    return {"KeyId": found[0]["KeyId"]} if found and found[0].get("KeyId") else {}

"""Backs up and restores the SSM parameters of an environment.

The value of a SecureString is encrypted with KMS before it is written. The key is not that of the
environment, which is deleted with it.
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
TERRAFORM_TAG = {"Key": "ManagedBy", "Value": "terraform"}
MAX_PLAINTEXT = 4096
"""The bytes that KMS encrypts in one call; a parameter may have 8,192."""


@dataclass(frozen=True)
class Parameter:
    """A parameter. `name` is relative to the environment's path. SecureStrings are encrypted.

    `managed` is True for parameters that Terraform manages.
    """

    name: str
    type: str
    value: str | list[str]
    managed: bool


@dataclass(frozen=True)
class Restored:
    """The names of parameters written, and of those that Terraform manages and that differ."""

    written: tuple[str, ...]
    kept: tuple[str, ...]


def pack(target: Target) -> tuple[bytes, int]:
    """All parameters of the environment as JSON, and their number."""
    kms, ssm = target.client("kms"), target.client("ssm")
    packed = [_pack_one(kms, ssm, target, p) for p in _live(target).values()]
    return json.dumps([asdict(p) for p in packed], indent=1).encode(), len(packed)


def restore(target: Target, body: bytes) -> Restored:
    """Writes the parameters that Terraform does not manage: secrets, and those added by hand.

    The others come from terraform.tfvars, which wins where the backup differs.
    """
    live, kms = _live(target), target.client("kms")
    written, kept = [], []
    for parameter in (Parameter(**row) for row in json.loads(body)):
        value = _decrypt(kms, target, parameter)
        current = live.get(parameter.name)
        if current and (current["Value"], current["Type"]) == (value, parameter.type):
            continue
        if parameter.managed:
            kept.append(parameter.name)
        else:
            _write(target, parameter, value)
            written.append(parameter.name)
    return Restored(tuple(written), tuple(kept))


def _live(target: Target) -> dict[str, dict[str, Any]]:
    """Every parameter by its short name, with its decrypted value: never write it to a file."""
    paginator = target.client("ssm").get_paginator("get_parameters_by_path")
    path = _path(target)
    pages = paginator.paginate(Path=path, Recursive=True, WithDecryption=True)
    parameters = (parameter for page in pages for parameter in page["Parameters"])
    return {
        p["Name"].removeprefix(path): p for p in sorted(parameters, key=lambda p: str(p["Name"]))
    }


def _path(target: Target) -> str:
    return f"{target.settings_path}/"


def _pack_one(kms: Any, ssm: Any, target: Target, live: dict[str, Any]) -> Parameter:
    name = live["Name"].removeprefix(_path(target))
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=live["Name"])["TagList"]
    secure = live["Type"] == SECURE
    value = _encrypt(kms, _context(target, name), live["Value"]) if secure else live["Value"]
    return Parameter(name, live["Type"], value, TERRAFORM_TAG in tags)


def _encrypt(kms: Any, context: dict[str, str], value: str) -> list[str]:
    key = naming.shop().backups_key
    pieces = (
        kms.encrypt(KeyId=key, Plaintext=piece, EncryptionContext=context)["CiphertextBlob"]
        for piece in _pieces(value.encode())
    )
    return [base64.b64encode(piece).decode() for piece in pieces]


def _decrypt(kms: Any, target: Target, parameter: Parameter) -> str:
    if isinstance(parameter.value, str):
        return parameter.value
    context = _context(target, parameter.name)
    pieces = (base64.b64decode(piece) for piece in parameter.value)
    return b"".join(
        kms.decrypt(CiphertextBlob=piece, EncryptionContext=context)["Plaintext"]
        for piece in pieces
    ).decode()


def _context(target: Target, name: str) -> dict[str, str]:
    """The encryption context, which binds a ciphertext to its parameter."""
    return {"environment": target.environment, "parameter": name}


def _pieces(value: bytes) -> Iterator[bytes]:
    for first in range(0, len(value), MAX_PLAINTEXT):
        yield value[first : first + MAX_PLAINTEXT]


def _write(target: Target, parameter: Parameter, value: str) -> None:
    name = _path(target) + parameter.name
    key = _key_of(target, name) if parameter.type == SECURE else {}
    target.client("ssm").put_parameter(
        Name=name, Value=value, Type=parameter.type, Overwrite=True, **key
    )


def _key_of(target: Target, name: str) -> dict[str, str]:
    """The current key of the parameter; without it, AWS would use its default key."""
    filters = [{"Key": "Name", "Option": "Equals", "Values": [name]}]
    parameters = target.client("ssm").describe_parameters(ParameterFilters=filters)["Parameters"]
    return {"KeyId": parameters[0]["KeyId"]} if parameters and parameters[0].get("KeyId") else {}

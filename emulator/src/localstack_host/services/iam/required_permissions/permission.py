"""The values that the modules beside this one speak in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Params = Mapping[str, Any]
Keys = tuple[tuple[str, tuple[str, ...]], ...]


class NotUnderstood(Exception):
    """It cannot be told what a request would need."""


@dataclass(frozen=True)
class Permission:
    """An action, as IAM spells it, on a resource (`*` if the action has none).

    `keys` are the condition keys that come with the action, in lower case, with their values.
    """

    action: str
    resource: str = "*"
    keys: Keys = ()


Permissions = Iterable[Permission]


@dataclass(frozen=True)
class Place:
    """Where a request is made: what its resources' ARNs have in common."""

    region: str
    account: str
    partition: str = "aws"

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource of this account in this region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def named(self, service: str, kind: str, name: str) -> str:
        """The ARN of `name`, which may be one already; `kind` ends with its separator."""
        return name if name.startswith("arn:") else self.arn(service, f"{kind}{name}")

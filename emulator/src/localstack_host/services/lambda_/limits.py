"""The limits of the values in requests to Lambda, with AWS's messages.

The limits are those of AWS's API model:
https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html. `gateway/constraints.py`
applies all of a model. Of Lambda's, LocalStack has names, ARNs and several enumerations in AWS's
own words already, and a few limits of AWS are not in the model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from localstack_host.gateway import constraints
from localstack_host.localstack_api import CommonServiceException

# What the model does not say, or says of another kind of function.
MOST = {"Timeout": 900, "MemorySize": 10240}
# LocalStack checks these, with more than the model's rule or in other words.
CHECKED_ELSEWHERE = frozenset(
    {"ApplyOn", "Architectures", "CompatibleArchitecture", "CompatibleArchitectures"}
    | {"CompatibleRuntime", "CompatibleRuntimes", "FunctionVersion", "RecursiveLoop"}
    | {"InvokeMode", "ProvisionedConcurrentExecutions", "PublishTo", "Runtime", "StartingPosition"}
    | {"VpcConfig", "CapacityProviderConfig"}
)
# The texts whose patterns LocalStack does not check.
PATTERNED = ("Action", "Handler")


def require_values(shape: Any, request: Any) -> None:
    """Checks a request of this shape. Raises ValidationException, which names all wrong values."""
    if wrong := list(_wrong(shape, request, "")):
        message = constraints.detected(wrong)
        raise CommonServiceException("ValidationException", message, sender_fault=True)


def _wrong(shape: Any, values: Any, path: str) -> Iterator[str]:
    for name, value in values.items():
        member = shape.members.get(name)
        if member is None or value is None or name in CHECKED_ELSEWHERE:
            continue
        at = f"{path}{name[0].lower()}{name[1:]}"
        if member.type_name == "structure":
            yield from _wrong(member, value, f"{at}.")
        elif rule := _broken_rule(member, name, value):
            yield constraints.violation(at, rule, value)


def _broken_rule(member: Any, name: str, value: Any) -> str | None:
    if member.type_name in ("integer", "double", "long"):
        return _broken_range(member, name, value)
    if member.type_name == "string":
        return _broken_text(member, name, value)
    known = getattr(member.member, "enum", None) if member.type_name == "list" else None
    if known and not set(value) <= set(known):
        return f"Member must satisfy constraint: [{_enum(member.member)}, {constraints.NOT_NULL}]"
    return None


def _broken_range(member: Any, name: str, value: float) -> str | None:
    least, most = member.metadata.get("min"), MOST.get(name, member.metadata.get("max"))
    return next(constraints.outside("value", value, least, most), None)


def _broken_text(member: Any, name: str, value: str) -> str | None:
    if getattr(member, "enum", None):
        return None if value in member.enum else _enum(member)
    most = member.metadata.get("max")
    if name in ("Description", "Handler", "LicenseInfo") and len(value) > most:
        return next(constraints.outside("length", len(value), None, most))
    pattern = member.metadata.get("pattern", "")
    if name in PATTERNED and pattern and not re.fullmatch(pattern, value):
        return constraints.mismatch(pattern)
    return None


def _enum(member: Any) -> str:
    return f"Member must satisfy enum value set: [{', '.join(member.enum)}]"

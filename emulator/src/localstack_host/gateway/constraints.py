"""What a service's model says of its parameters, checked as AWS does before it serves a request.

LocalStack and moto check little of it: a log group could have any name. These services answer in
the same words: how many constraints are broken, by which value, and where it is. Enumerations are
left to each service: AWS lists their values in its own order, and takes some in small letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

CHECKED = frozenset({"cognito-idp", "kms", "logs", "secretsmanager", "ssm"})
# Shapes whose pattern AWS does not apply: a namespace may have a colon.
FREE = frozenset({"MetricNamespace"})
SIZED = {"string": "length", "list": "length", "map": "length", "blob": "length"}


def broken(service: str, request: Mapping[str, Any] | None, shape: Any) -> str:
    """The message about all constraints that a request breaks; empty if it breaks none."""
    if service not in CHECKED or shape is None:
        return ""
    found = list(_of_structure(request or {}, shape, ""))
    if not found:
        return ""
    errors = "error" if len(found) == 1 else "errors"
    return f"{len(found)} validation {errors} detected: {'; '.join(found)}"


def _of_structure(value: Mapping[str, Any], shape: Any, path: str) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield f"Value null at '{_below(path, name)}' failed to satisfy constraint: {_NULL}"
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _of_value(value[name], member, _below(path, name))


_NULL = "Member must not be null"


def _of_value(value: Any, shape: Any, path: str) -> Iterator[str]:
    for constraint in _constraints(value, shape):
        shown = "" if shape.metadata.get("sensitive") else f" '{_shown(value)}'"
        yield f"Value{shown} at '{path}' failed to satisfy constraint: {constraint}"
    if shape.type_name == "structure" and isinstance(value, Mapping):
        yield from _of_structure(value, shape, path)
    elif shape.type_name == "list" and isinstance(value, list):
        for number, one in enumerate(value, start=1):
            yield from _of_value(one, shape.member, f"{path}.{number}.member")
    elif shape.type_name == "map" and isinstance(value, Mapping):
        for one in value.values():
            yield from _of_value(one, shape.value, f"{path}.member")


def _constraints(value: Any, shape: Any) -> Iterator[str]:
    facts, what = shape.metadata, SIZED.get(shape.type_name, "value")
    if not facts:
        return
    size = len(value) if what == "length" and hasattr(value, "__len__") else value
    if isinstance(size, int | float):
        if "max" in facts and size > facts["max"]:
            yield f"Member must have {what} less than or equal to {facts['max']}"
        if "min" in facts and size < facts["min"]:
            yield f"Member must have {what} greater than or equal to {facts['min']}"
    pattern = facts.get("pattern")
    if pattern and isinstance(value, str) and shape.name not in FREE and not _fits(pattern, value):
        yield f"Member must satisfy regular expression pattern: {pattern}"


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """None for a pattern that Python does not read, such as one with `\\p{L}`."""
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _fits(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(value) is not None


def _below(path: str, name: str) -> str:
    member = name[:1].lower() + name[1:]
    return f"{path}.{member}" if path else member


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_shown(one) for one in value)}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}={_shown(one)}' for key, one in value.items())}}}"
    return str(value)

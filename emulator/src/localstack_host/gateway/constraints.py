"""What a service's model says of its parameters, checked as AWS does before it serves a request.

LocalStack and moto check little of it: a log group could have any name. These services answer in
the same words: how many constraints are broken, by which value, and where it is. Enumerations are
left to each service: AWS lists their values in its own order, and takes some in small letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

CHECKED = frozenset({"cognito-idp", "iam", "kms", "logs", "secretsmanager", "ssm"})
# Services with words of their own for a text that does not match its pattern.
WITHOUT_PATTERNS = frozenset({"iam"})
# Shapes whose pattern is not applied: on AWS a namespace may have a colon, and LocalStack's log
# streams of state machines have some, by which they are read.
FREE = frozenset({"LogStreamName", "MetricNamespace"})
NOT_NULL = "Member must not be null"
SIZED = {"string": "length", "list": "length", "map": "length", "blob": "length"}


def broken(service: str, request: Mapping[str, Any] | None, shape: Any) -> str:
    """The message about all constraints that a request breaks; empty if it breaks none."""
    if service not in CHECKED or shape is None:
        return ""
    found = violations(request or {}, shape, patterns=service not in WITHOUT_PATTERNS)
    return detected(found) if found else ""


def violations(request: Mapping[str, Any], shape: Any, *, patterns: bool = True) -> list[str]:
    """What a request does not satisfy of its shape, whichever the service is."""
    return list(_of_structure(request, shape, "", patterns))


def detected(found: Sequence[str]) -> str:
    """The message about violations."""
    errors = "error" if len(found) == 1 else "errors"
    return f"{len(found)} validation {errors} detected: {'; '.join(found)}"


def violation(path: str, constraint: str, value: Any = None) -> str:
    """What a value at a path does not satisfy. A value that is secret is None here."""
    shown = "" if value is None else f" '{_shown(value)}'"
    return f"Value{shown} at '{path}' failed to satisfy constraint: {constraint}"


def outside(what: str, size: float, least: float | None, most: float | None) -> Iterator[str]:
    """The constraint that a `length` or `value` breaks, if it does; None is no limit."""
    if most is not None and size > most:
        yield f"Member must have {what} less than or equal to {most}"
    if least is not None and size < least:
        yield f"Member must have {what} greater than or equal to {least}"


def mismatch(pattern: str) -> str:
    """The constraint that a text breaks which does not match a pattern."""
    return f"Member must satisfy regular expression pattern: {pattern}"


def _of_structure(value: Mapping[str, Any], shape: Any, path: str, patterns: bool) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield f"Value null at '{_below(path, name)}' failed to satisfy constraint: {NOT_NULL}"
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _of_value(value[name], member, _below(path, name), patterns)


def _of_value(value: Any, shape: Any, path: str, patterns: bool) -> Iterator[str]:
    for constraint in _constraints(value, shape, patterns):
        yield violation(path, constraint, None if shape.metadata.get("sensitive") else value)
    if shape.type_name == "structure" and isinstance(value, Mapping):
        yield from _of_structure(value, shape, path, patterns)
    elif shape.type_name == "list" and isinstance(value, list):
        for number, one in enumerate(value, start=1):
            yield from _of_value(one, shape.member, f"{path}.{number}.member", patterns)
    elif shape.type_name == "map" and isinstance(value, Mapping):
        for one in value.values():
            yield from _of_value(one, shape.value, f"{path}.member", patterns)


def _constraints(value: Any, shape: Any, patterns: bool) -> Iterator[str]:
    facts, what = shape.metadata, SIZED.get(shape.type_name, "value")
    if not facts:
        return
    size = len(value) if what == "length" and hasattr(value, "__len__") else value
    if isinstance(size, int | float):
        yield from outside(what, size, facts.get("min"), facts.get("max"))
    pattern = facts.get("pattern") if patterns else None
    if pattern and isinstance(value, str) and shape.name not in FREE and not _fits(pattern, value):
        yield mismatch(pattern)


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

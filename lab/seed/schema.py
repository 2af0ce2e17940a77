"""Validates documents with the JSON Schemas of `seed/schema/`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from referencing import Registry, Resource

from lab.core import paths
from lab.seed.problems import Problem

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError


def is_a_time(value: object) -> bool:
    """Whether a string is an RFC 3339 time; True for other types, which `type` checks."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@cache
def validator(name: str) -> Draft202012Validator:
    """The validator for `catalogue`, `inventory`, `promotions` or `cart`."""
    from jsonschema import Draft202012Validator, FormatChecker

    shared = Resource.from_contents(document("definitions"))
    registry: Registry[Any] = Registry().with_resource("definitions.schema.json", shared)
    formats = FormatChecker(formats=())
    formats.checks("date-time", raises=ValueError)(is_a_time)
    return Draft202012Validator(document(name), registry=registry, format_checker=formats)


def document(name: str) -> dict[str, Any]:
    """The JSON Schema of a name, from its file."""
    text = (paths.SEED / "schema" / f"{name}.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def problems(name: str, content: object, file: str) -> list[Problem]:
    """The violations of a schema by a document, sorted by their paths."""
    errors = sorted(validator(name).iter_errors(content), key=lambda error: error.json_path)
    return [_problem(error, content, file) for error in errors]


def _problem(error: ValidationError, content: object, file: str) -> Problem:
    path = list(error.absolute_path)
    row = ""
    if len(path) > 1 and isinstance(path[1], int):
        row, path = _row(content, path[:2]), path[2:]
    return Problem(file, row, _dotted([*path, *_missing_or_unknown(error)]), _message(error))


def _row(content: Any, path: Sequence[str | int]) -> str:
    name, index = path
    entry = content[name][index]
    label = (entry.get("sku") or entry.get("code")) if isinstance(entry, dict) else None
    return f"{name}[{index}]" + (f" ({label})" if label else "")


def _missing_or_unknown(error: Any) -> Iterable[str]:
    """The field that is missing or unknown, for errors about one."""
    if error.validator == "required":
        return [str(error.message.split("'")[1])]
    if error.validator == "additionalProperties":
        return sorted(set(error.instance) - set(error.schema["properties"]))[:1]
    return []


def _dotted(path: Iterable[str | int]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def _message(error: Any) -> str:
    words = {
        "required": "is missing",
        "additionalProperties": "is not a field that the schema has",
        "type": f"must be of type {error.validator_value}, not {error.instance!r}",
        "enum": f"must be one of {error.validator_value}, not {error.instance!r}",
        "minimum": f"must be {error.validator_value} or more, not {error.instance!r}",
        "maximum": f"must be {error.validator_value} or less, not {error.instance!r}",
        "pattern": f"{error.instance!r} does not match {error.validator_value}",
        "format": f"must be a time such as 2026-11-01T09:30:00Z, not {error.instance!r}",
        "not": "does not belong here",
    }
    return words.get(error.validator) or str(error.message)

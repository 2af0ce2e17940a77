"""The rules in a state: those of a Choice, and its retriers and catchers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localstack_host.services.stepfunctions.definitions.diagnostics import Diagnostic, schema
from localstack_host.services.stepfunctions.definitions.scopes import State

ALL = "States.ALL"
EMPTY = "Value cannot be empty"


def check(state: State) -> Iterator[Diagnostic]:
    """The errors in the rules of a state."""
    for field, required in (("Retry", ("ErrorEquals",)), ("Catch", ("ErrorEquals", "Next"))):
        rules = _rules(state, field)
        for index, rule in enumerate(rules):
            location = f"{state.path}/{field}[{index}]"
            yield from _required(rule, required, location)
            yield from _errors(rule.get("ErrorEquals"), index == len(rules) - 1, location)
    choices = _rules(state, "Choices")
    if state.body.get("Choices") == []:
        yield schema(EMPTY, f"{state.path}/Choices")
    for index, rule in enumerate(choices):
        yield from _required(rule, ("Next",), f"{state.path}/Choices[{index}]")
        yield from _nested(rule, f"{state.path}/Choices[{index}]")


def _rules(state: State, field: str) -> list[dict[str, Any]]:
    rules = state.body.get(field)
    return [rule for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []


def _required(rule: dict[str, Any], fields: tuple[str, ...], location: str) -> Iterator[Diagnostic]:
    missing = [field for field in fields if field not in rule]
    if missing:
        yield schema(f"These fields are required: [{', '.join(missing)}]", location)


def _errors(names: Any, last: bool, location: str) -> Iterator[Diagnostic]:
    """Errors of `ErrorEquals`: what is beside or behind `States.ALL` would never be looked at."""
    if names == []:
        yield schema(EMPTY, f"{location}/ErrorEquals")
    if isinstance(names, list) and ALL in names and (len(names) > 1 or not last):
        place = f"{location}/ErrorEquals[{names.index(ALL)}]"
        yield schema(f"{ALL} must appear alone and at end of list", place)


def _nested(rule: dict[str, Any], location: str) -> Iterator[Diagnostic]:
    """Only the outermost rule has a next state."""
    inner = [(f"{key}[{i}]", part) for key in ("And", "Or") for i, part in _parts(rule, key)]
    if isinstance(rule.get("Not"), dict):
        inner.append(("Not", rule["Not"]))
    for key, part in inner:
        if "Next" in part:
            yield schema("Field 'Next' is not supported", f"{location}/{key}")
        yield from _nested(part, f"{location}/{key}")


def _parts(rule: dict[str, Any], key: str) -> list[tuple[int, dict[str, Any]]]:
    parts = rule.get(key)
    if not isinstance(parts, list):
        return []
    return [(index, part) for index, part in enumerate(parts) if isinstance(part, dict)]

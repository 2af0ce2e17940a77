"""The JSONata expressions of a definition: AWS parses each before it stores the definition."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from localstack_host.services.stepfunctions.definitions.diagnostics import Diagnostic
from localstack_host.services.stepfunctions.definitions.scopes import (
    JSONATA,
    PROCESSORS,
    Scope,
    State,
)
from localstack_host.services.stepfunctions.jsonata.workers import workers

UNSUPPORTED = "UNSUPPORTED_JSONATA_EXPRESSION"
ERROR_OUTPUT = "$states.errorOutput"
INNER = (*PROCESSORS, "Branches")


def check(scopes: list[Scope]) -> list[Diagnostic]:
    """The errors in all expressions of a definition."""
    found = [
        place
        for scope in scopes
        for state in scope.states
        if state.language == JSONATA
        for place in _in_state(state)
    ]
    if not found:
        return []
    parsed = workers().ask(json.dumps([expression for _, expression in found]).encode())
    if isinstance(parsed, dict):  # it was not parsed in time
        return []
    return [
        diagnostic
        for (location, _), response in zip(found, parsed, strict=True)
        for diagnostic in _errors(location, response)
    ]


def _in_state(state: State) -> Iterator[tuple[str, str]]:
    for field, value in state.body.items():
        if field not in INNER:
            yield from _in_value(f"{state.path}/{field}", value)


def _in_value(location: str, value: Any) -> Iterator[tuple[str, str]]:
    """The locations and texts of the expressions in a value."""
    if isinstance(value, str) and value.startswith("{%") and value.endswith("%}"):
        yield location, value[2:-2].strip()
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _in_value(f"{location}/{key}", part)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _in_value(f"{location}[{index}]", part)


def _errors(location: str, response: dict[str, Any]) -> Iterator[Diagnostic]:
    if "error" in response:
        yield Diagnostic("INVALID_JSONATA_EXPRESSION", response["error"], location)
        return
    for name in response["references"]:
        if name == ERROR_OUTPUT:
            if "/Catch[" not in location:
                yield Diagnostic(UNSUPPORTED, f"Field '{name}' does not exist.", location)
        elif name == "$$":
            yield Diagnostic(UNSUPPORTED, "Reference to '$$' is not supported.", location)
        else:
            message = f"Reference to '{name}' at the top level is not supported."
            yield Diagnostic(UNSUPPORTED, message, location)

"""The variables that a state assigns: `states` is reserved.

https://states-language.net/spec.html says so; it has no words for the error.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localstack_host.services.stepfunctions.definitions.diagnostics import Diagnostic, schema
from localstack_host.services.stepfunctions.definitions.scopes import State

RESERVED = ("states", "states.$")


def check(state: State) -> Iterator[Diagnostic]:
    """The errors in the Assign of a state, of its rules and of its catchers."""
    yield from _in_assign(state.body, state.path)
    for field in ("Choices", "Catch"):
        rules = state.body.get(field)
        for index, rule in enumerate(rules if isinstance(rules, list) else ()):
            if isinstance(rule, dict):
                yield from _in_assign(rule, f"{state.path}/{field}[{index}]")


def _in_assign(body: dict[str, Any], path: str) -> Iterator[Diagnostic]:
    variables = body.get("Assign")
    for name in variables if isinstance(variables, dict) else ():
        if name in RESERVED:
            yield schema("The variable name 'states' is reserved", f"{path}/Assign/{name}")

"""Whether every transition leads somewhere, and every state is reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from localstack_host.services.stepfunctions.definitions.diagnostics import Diagnostic
from localstack_host.services.stepfunctions.definitions.scopes import Scope, State

MISSING_TARGET = "MISSING_TRANSITION_TARGET"
LAST_TYPES = ("Succeed", "Fail")


def check(scope: Scope) -> Iterator[Diagnostic]:
    """The errors of a scope: targets that are not there, then states that nothing leads to."""
    states = {state.name: state for state in scope.states}
    start = scope.body.get("StartAt")
    exits = {name: list(_targets(state)) for name, state in states.items()}
    for location, target in [
        (f"{scope.path}/StartAt", start),
        *(exit_ for targets in exits.values() for exit_ in targets),
    ]:
        if target not in states:
            yield Diagnostic(MISSING_TARGET, f"Missing 'Next' target: {target}", location)
    if not scope.path and not any(_ends(state) for state in states.values()):
        yield Diagnostic("MISSING_END_STATE", "Workflow has no terminal state", None)
        return
    reached = _reached(start, exits)
    for name, state in states.items():
        if name not in reached:
            yield Diagnostic(MISSING_TARGET, f'State "{name}" is not reachable.', state.path)


def _targets(state: State) -> Iterator[tuple[str, Any]]:
    """Where a state names a next one, and which."""
    for field in ("Next", "Default"):
        if field in state.body:
            yield f"{state.path}/{field}", state.body[field]
    for field in ("Choices", "Catch"):
        for index, rule in enumerate(state.body.get(field) or ()):
            if isinstance(rule, dict) and "Next" in rule:
                yield f"{state.path}/{field}[{index}]/Next", rule["Next"]


def _ends(state: State) -> bool:
    return state.body.get("End") is True or state.type in LAST_TYPES


def _reached(start: Any, exits: dict[str, list[tuple[str, Any]]]) -> set[Any]:
    reached: set[Any] = set()
    pending = [start]
    while pending:
        name = pending.pop()
        if name in exits and name not in reached:
            reached.add(name)
            pending += [target for _, target in exits[name]]
    return reached

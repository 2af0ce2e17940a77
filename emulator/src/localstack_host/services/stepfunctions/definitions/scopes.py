"""The parts of a definition: a scope has states, and a state may have scopes of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

JSONPATH = "JSONPath"
JSONATA = "JSONata"
PROCESSORS = ("ItemProcessor", "Iterator")


@dataclass(frozen=True)
class State:
    """A state, with the language that its fields are written in."""

    name: str
    path: str
    body: dict[str, Any]
    language: str

    @property
    def type(self) -> Any:
        """Its type, which may be missing or unknown."""
        return self.body.get("Type")


@dataclass(frozen=True)
class Scope:
    """The machine itself, a branch of a Parallel state, or the processor of a Map state."""

    path: str
    body: dict[str, Any]
    language: str

    @property
    def states(self) -> list[State]:
        """Its states, in order."""
        return [
            State(name, f"{self.path}/States/{name}", body, self._language_of(body))
            for name, body in (self.body.get("States") or {}).items()
            if isinstance(body, dict)
        ]

    def _language_of(self, body: dict[str, Any]) -> str:
        return language(body, self.language)


def language(body: dict[str, Any], inherited: str) -> str:
    """The language of a part: whatever it names that is not exactly JSONPath means JSONata."""
    if "QueryLanguage" not in body:
        return inherited
    return JSONPATH if body["QueryLanguage"] == JSONPATH else JSONATA


def scopes(definition: dict[str, Any]) -> Iterator[Scope]:
    """All scopes, outer ones first. Inner ones have the machine's language, not the state's."""
    top = Scope("", definition, language(definition, JSONPATH))
    pending = [top]
    while pending:
        scope = pending.pop(0)
        yield scope
        for state in scope.states:
            pending += _inner(state, top.language)


def _inner(state: State, machine_language: str) -> Iterator[Scope]:
    branches = state.body.get("Branches")
    parts = [(key, state.body.get(key)) for key in PROCESSORS]
    if isinstance(branches, list):
        parts += [(f"Branches[{index}]", branch) for index, branch in enumerate(branches)]
    for key, body in parts:
        if isinstance(body, dict):
            yield Scope(f"{state.path}/{key}", body, machine_language)

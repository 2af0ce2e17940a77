"""All checks of a definition, in AWS's order: its form, then where its states lead."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from localstack_host.services.stepfunctions.definitions import (
    assignments,
    express,
    expressions,
    fields,
    limits,
    payloads,
    processors,
    resources,
    rules,
    transitions,
)
from localstack_host.services.stepfunctions.definitions.diagnostics import (
    SCHEMA,
    Diagnostic,
    schema,
)
from localstack_host.services.stepfunctions.definitions.scopes import Scope, scopes

LONGEST_NAME = 80


def diagnose(definition: str, kind: str) -> list[Diagnostic]:
    """The errors of the definition of a machine of this kind, STANDARD or EXPRESS."""
    try:
        body = json.loads(definition) if definition else None
    except ValueError as error:
        return [Diagnostic("INVALID_JSON_DESCRIPTION", str(error), None)]
    if not isinstance(body, dict):
        return [Diagnostic(SCHEMA, "Definition must be a valid JSON object", None)]
    missing = [field for field in ("States", "StartAt") if field not in body]
    if missing:
        return [schema(f"These fields are required: [{', '.join(missing)}]", "/")]
    parts = list(scopes(body))
    form = [*_names(parts), *_form(parts, kind), *expressions.check(parts), *payloads.check(parts)]
    return form or [error for scope in parts for error in transitions.check(scope)]


def _names(parts: list[Scope]) -> Iterator[Diagnostic]:
    known: set[str] = set()
    for scope in parts:
        for state in scope.states:
            if len(state.name) > LONGEST_NAME:
                limit = f"exceeds the {LONGEST_NAME}-character limit allowed by the service"
                message = f"Invalid State name: State '{state.name}' {limit}"
                yield Diagnostic("INVALID_STATE_NAME", message, state.path)
            if state.name in known:
                message = f"Duplicate State name: {state.name}"
                yield Diagnostic("DUPLICATE_STATE_NAME", message, state.path)
            known.add(state.name)


def _form(parts: list[Scope], kind: str) -> Iterator[Diagnostic]:
    top = parts[0]
    express_parts = tuple(express.parts(parts, kind))
    yield from fields.check_language(top.body, "")
    yield from processors.check(parts, kind)
    for scope in parts:
        yield from _scope(scope)
        is_express = scope.path.startswith(express_parts)
        for state in scope.states:
            yield from fields.check(state, top.language)
            yield from limits.check(state)
            yield from assignments.check(state)
            yield from rules.check(state)
            yield from express.check(state) if is_express else resources.check(state)
            yield from fields.check_language(state.body, state.path)


def _scope(scope: Scope) -> Iterator[Diagnostic]:
    if scope.path and "QueryLanguage" in scope.body:
        yield schema("Field 'QueryLanguage' is not supported", scope.path)
    missing: list[Any] = [field for field in ("States", "StartAt") if field not in scope.body]
    if missing:
        yield schema(f"These fields are required: [{', '.join(missing)}]", scope.path)

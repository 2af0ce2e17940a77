"""Parses policies. The results are cached by text.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from localstack_host.services.iam.conditions import Condition

CACHED = 1024  # policies, and their earlier versions

# The version that introduced variables: before it, `${…}` is text.
WITH_VARIABLES = "2012-10-17"


class MalformedPolicy(Exception):
    """A document that is not a valid policy, and neither allows nor denies anything."""


@dataclass(frozen=True)
class Principals:
    """The principals of a statement in a resource's policy, by type: AWS, Service and others."""

    kinds: Mapping[str, tuple[str, ...]]

    def named(self, kind: str) -> tuple[str, ...]:
        """The principals of a type; `*` is everybody, in every type."""
        return self.kinds.get(kind, ())


@dataclass(frozen=True)
class Statement:
    """A statement. Missing elements are empty, or None for the principals."""

    sid: str
    allows: bool
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    principals: Principals | None = None
    not_principals: Principals | None = None
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, eq=False)
class Policy:
    """The statements of a document, in order. Hashed by identity: each text is parsed once."""

    statements: tuple[Statement, ...]


@lru_cache(CACHED)
def parse(text: str) -> Policy:
    """Parses a JSON document. Raises MalformedPolicy if it is not a policy."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise MalformedPolicy(f"not a policy ({error!r}): {text[:200]}") from error
    return of_document(document)


def of_document(document: Any) -> Policy:
    """The policy of a parsed document, which is not cached. Raises MalformedPolicy."""
    try:
        statements = _listed(document["Statement"])
        variables = document.get("Version") == WITH_VARIABLES
        return Policy(tuple(_statement(s, variables) for s in statements))
    except (KeyError, TypeError, AttributeError) as error:
        raise MalformedPolicy(f"not a policy ({error!r}): {str(document)[:200]}") from error


def _statement(element: Mapping[str, Any], variables: bool) -> Statement:
    """A statement; an element that is null, as LocalStack stores some, is one that is missing."""
    texts = _texts if variables else _texts_without_variables
    statement = {name: value for name, value in element.items() if value is not None}
    return Statement(
        sid=str(statement.get("Sid", "")),
        allows={"allow": True, "deny": False}[statement["Effect"].lower()],
        actions=texts(statement.get("Action", ())),
        not_actions=texts(statement.get("NotAction", ())),
        resources=texts(statement.get("Resource", ())),
        not_resources=texts(statement.get("NotResource", ())),
        principals=_principals(statement.get("Principal")),
        not_principals=_principals(statement.get("NotPrincipal")),
        conditions=tuple(
            Condition.of(name, key, texts(values))
            for name, block in statement.get("Condition", {}).items()
            for key, values in block.items()
        ),
    )


def _principals(element: Any) -> Principals | None:
    if element is None:
        return None
    kinds = {"AWS": element, "Service": element} if isinstance(element, str) else element
    return Principals({kind: _texts(values) for kind, values in kinds.items()})


def _texts(element: Any) -> tuple[str, ...]:
    return tuple(_text(value) for value in _listed(element))


def _texts_without_variables(element: Any) -> tuple[str, ...]:
    return tuple(text.replace("${", "${$}{") for text in _texts(element))


def _text(value: Any) -> str:
    """A value as text. Conditions may contain unquoted numbers, true and false."""
    return json.dumps(value) if isinstance(value, bool | int | float) else str(value)


def _listed(element: Any) -> list[Any]:
    return list(element) if isinstance(element, list | tuple) else [element]

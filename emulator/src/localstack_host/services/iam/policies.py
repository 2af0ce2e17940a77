"""Policies, read once per text.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from localstack_host.services.iam.conditions import Condition

KEPT = 1024  # a text for each policy, and its earlier versions

# Since this version `${…}` is a variable; before, it is a text.
WITH_VARIABLES = "2012-10-17"


class MalformedPolicy(Exception):
    """A document that is not a policy; nothing may be concluded from it."""


@dataclass(frozen=True)
class Principals:
    """Whom a statement of a resource's policy speaks of, by kind: AWS, Service and others."""

    kinds: Mapping[str, tuple[str, ...]]

    def named(self, kind: str) -> tuple[str, ...]:
        """The principals of a kind; `*` is everybody of every kind."""
        return self.kinds.get(kind, ())


@dataclass(frozen=True)
class Statement:
    """A statement; where an element is absent it is empty, or None for the principals."""

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
    """The statements of a document, in its order. As each text is read once, it is its own key."""

    statements: tuple[Statement, ...]


@lru_cache(KEPT)
def parse(text: str) -> Policy:
    """The policy that a JSON document says. Raises MalformedPolicy if it says none."""
    try:
        document = json.loads(text)
        statements = _listed(document["Statement"])
        variables = document.get("Version") == WITH_VARIABLES
        return Policy(tuple(_statement(s, variables) for s in statements))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedPolicy(f"not a policy ({error!r}): {text[:200]}") from error


def _statement(given: Mapping[str, Any], variables: bool) -> Statement:
    texts = _texts if variables else _texts_without_variables
    return Statement(
        sid=str(given.get("Sid", "")),
        allows={"Allow": True, "Deny": False}[given["Effect"]],
        actions=texts(given.get("Action", ())),
        not_actions=texts(given.get("NotAction", ())),
        resources=texts(given.get("Resource", ())),
        not_resources=texts(given.get("NotResource", ())),
        principals=_principals(given.get("Principal")),
        not_principals=_principals(given.get("NotPrincipal")),
        conditions=tuple(
            Condition.of(name, key, texts(values))
            for name, block in given.get("Condition", {}).items()
            for key, values in block.items()
        ),
    )


def _principals(given: Any) -> Principals | None:
    if given is None:
        return None
    kinds = {"AWS": given, "Service": given} if isinstance(given, str) else given
    return Principals({kind: _texts(values) for kind, values in kinds.items()})


def _texts(given: Any) -> tuple[str, ...]:
    return tuple(_text(value) for value in _listed(given))


def _texts_without_variables(given: Any) -> tuple[str, ...]:
    return tuple(text.replace("${", "${$}{") for text in _texts(given))


def _text(value: Any) -> str:
    """Conditions may write true, false and numbers without quotes."""
    return json.dumps(value) if isinstance(value, bool | int | float) else str(value)


def _listed(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list | tuple) else [given]

"""Checks whether the caller may do what an apply of the environment does, without doing it.

What is needed was recorded: `needed_permissions/` has the actions of a whole life of each
environment, applied and destroyed as the role of its pipeline, with permissions enforced. IAM's
policy simulator decides about them, where the account allows to ask it.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lab.deploy.account import Identity
from lab.go_live.steps import Step, done, first_line, refused, unknown

NAME = "permissions"
FOLDER = Path(__file__).with_name("needed_permissions")
ACCOUNT = "ACCOUNT"
"""Stands for the number of the account in the recorded ARNs."""

PAGE = "docs/aws-permissions.md"
NAMED = 10  # missing actions that are told; the page has all

Keys = tuple[tuple[str, tuple[str, ...]], ...]
Question = tuple[tuple[str, ...], Keys]


@dataclass(frozen=True)
class Needed:
    """An action, by its IAM name, on resources; ids that AWS chooses are `*`.

    `keys` are the condition keys that come with it, each with the values of one request.
    """

    action: str
    resources: tuple[str, ...]
    keys: Keys = ()

    @classmethod
    def of(cls, action: str, recorded: dict[str, Any]) -> Needed:
        """One entry of a file."""
        keys = recorded["keys"].items()
        resources = tuple(recorded["resources"])
        return cls(action, resources, tuple((name, tuple(values)) for name, values in keys))


@cache
def needed(environment: str) -> tuple[Needed, ...]:
    """What the life of an environment needs, sorted by action."""
    recorded = json.loads((FOLDER / f"{environment}.json").read_text())
    return tuple(Needed.of(action, entry) for action, entry in recorded.items())


def recorded() -> list[str]:
    """The environments whose needs were recorded."""
    return sorted(file.stem for file in FOLDER.glob("*.json"))


def look(environment: str, identity: Identity) -> Step:
    """Asks the policy simulator about the caller."""
    if environment not in recorded():
        return unknown(NAME, f"what {environment} needs was never recorded; {PAGE} says how")
    principal = _principal(identity)
    if principal is None:
        return done(NAME, "the owner of the account may do everything")
    try:
        missing = sorted(set(_missing(environment, identity, principal)))
    except (ClientError, BotoCoreError) as error:
        return unknown(NAME, f"{first_line(error)}; {PAGE} lists what is needed")
    if not missing:
        allowed = len(needed(environment))
        return done(NAME, f"{allowed} actions are allowed, by the simulator of IAM")
    named = ", ".join(missing[:NAMED]) + (" …" if len(missing) > NAMED else "")
    why = f"{principal} may not: {named} ({len(missing)} of {len(needed(environment))} actions)"
    return refused(NAME, f"{why}. {PAGE} lists what is needed")


def _principal(identity: Identity) -> str | None:
    """The ARN of the caller's user or role; None for the owner."""
    arn = identity.arn
    if arn.endswith(":root"):
        return None
    if ":assumed-role/" not in arn:
        return arn
    name = arn.split("/")[1]
    try:  # the ARN of a role has its path, that of its session has not
        return str(identity.client("iam").get_role(RoleName=name)["Role"]["Arn"])
    except (ClientError, BotoCoreError):
        return f"arn:{arn.split(':')[1]}:iam::{identity.account}:role/{name}"


def _missing(environment: str, identity: Identity, principal: str) -> Iterator[str]:
    simulator = identity.client("iam").get_paginator("simulate_principal_policy")
    for (resources, keys), actions in _groups(environment, identity).items():
        pages = simulator.paginate(
            PolicySourceArn=principal,
            ActionNames=actions,
            ResourceArns=list(resources),
            ContextEntries=[_entry(name, values) for name, values in keys],
        )
        for result in (result for page in pages for result in page["EvaluationResults"]):
            if result["EvalDecision"] != "allowed":
                yield result["EvalActionName"]


def _groups(environment: str, identity: Identity) -> dict[Question, list[str]]:
    """The actions by resources and keys, so that few requests ask about all of them."""
    groups: dict[Question, list[str]] = {}
    for one in needed(environment):
        resources = tuple(arn.replace(ACCOUNT, identity.account) for arn in one.resources)
        keys = tuple(
            (name, tuple(value.replace(ACCOUNT, identity.account) for value in values))
            for name, values in one.keys
        )
        groups.setdefault((resources, keys), []).append(one.action)
    return groups


def _entry(name: str, values: tuple[str, ...]) -> dict[str, Any]:
    kind = "stringList" if len(values) > 1 else "string"
    return {"ContextKeyName": name, "ContextKeyValues": list(values), "ContextKeyType": kind}

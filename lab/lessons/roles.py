"""Roles whose permissions a lesson changes, and that get them back whatever happens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lab.core.target import Target
from lab.shop import permissions
from lab.shop.permissions import Refusal, RoleUse

INLINE = "permissions"
KEPT = "-before-lesson"
Policy = dict[str, Any]


@dataclass(frozen=True)
class Role:
    """The role of one function."""

    target: Target
    name: str

    @property
    def policy(self) -> Policy:
        """What it may do now."""
        answer = self._iam.get_role_policy(RoleName=self.name, PolicyName=INLINE)
        policy: Policy = answer["PolicyDocument"]
        return policy

    def put(self, policy: Policy) -> None:
        """Says anew what it may do."""
        self._iam.put_role_policy(
            RoleName=self.name, PolicyName=INLINE, PolicyDocument=json.dumps(policy)
        )

    def take(self, action: str) -> None:
        """Takes one action away, on whatever resource."""
        self.put(without(self.policy, action))

    @property
    def use(self) -> RoleUse:
        """Its grants with how often each was used, and what it was refused."""
        return next(r for r in permissions.look(self.target).roles if r.role == self.name)

    @property
    def refused(self) -> tuple[Refusal, ...]:
        """What it was refused since the record began."""
        return self.use.refused

    @property
    def _iam(self) -> Any:
        return self.target.client("iam")


def borrow(target: Target, function: str) -> Role:
    """The role of a function (`cart-validator`). Its policy is kept until `give_back`.

    The copy is a managed policy that nobody has, so that it outlives a kernel that is killed.
    Raises LabError where permissions are not enforced: a lesson about them would show nothing.
    """
    permissions.look(target)
    role = Role(target, target.named(function))
    if role.name not in dict(_kept(target)):
        document = json.dumps(role.policy)
        target.client("iam").create_policy(PolicyName=role.name + KEPT, PolicyDocument=document)
    return role


def give_back(target: Target) -> None:
    """Gives every borrowed role its policy back, and begins the record of refusals anew."""
    iam = target.client("iam")
    for name, arn in list(_kept(target)):
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        found = iam.get_policy_version(PolicyArn=arn, VersionId=version)
        Role(target, name).put(found["PolicyVersion"]["Document"])
        iam.delete_policy(PolicyArn=arn)
        permissions.forget(target)


def _kept(target: Target) -> Iterator[tuple[str, str]]:
    """The names of borrowed roles, and the ARNs of the copies of their policies."""
    pages = target.client("iam").get_paginator("list_policies").paginate(Scope="Local")
    for page in pages:
        for policy in page["Policies"]:
            if policy["PolicyName"].endswith(KEPT):
                yield policy["PolicyName"].removesuffix(KEPT), policy["Arn"]


def without(policy: Policy, action: str) -> Policy:
    """The policy without an action, and without statements that then allow nothing."""
    kept = (_but(action, statement) for statement in permissions.statements(policy))
    return policy | {"Statement": [statement for statement in kept if statement]}


def _but(action: str, statement: Policy) -> Policy:
    actions = statement.get("Action", [])
    if not actions:  # what it is about is said by NotAction
        return statement
    listed = [actions] if isinstance(actions, str) else actions
    others = [other for other in listed if other.lower() != action.lower()]
    return statement | {"Action": others} if others else {}

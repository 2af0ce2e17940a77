"""Changes permissions of roles for a while, and restores them even after a crash."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psutil

from lab.core.target import Target
from lab.shop import permissions
from lab.shop.permissions import Refusal, RoleUse

INLINE = "permissions"
COPY_SUFFIX = "-before-lesson"
Policy = dict[str, Any]

LAMBDA_TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    },
}
"""The trust policy of a function's role."""


@dataclass(frozen=True)
class Role:
    """The role of one function."""

    target: Target
    name: str

    @property
    def policy(self) -> Policy:
        """The current inline policy."""
        response = self._iam.get_role_policy(RoleName=self.name, PolicyName=INLINE)
        policy: Policy = response["PolicyDocument"]
        return policy

    def put(self, policy: Policy) -> None:
        """Replaces the inline policy."""
        self._iam.put_role_policy(
            RoleName=self.name, PolicyName=INLINE, PolicyDocument=json.dumps(policy)
        )

    def take(self, action: str) -> None:
        """Removes one action, on all resources."""
        self.put(without(self.policy, action))

    @property
    def use(self) -> RoleUse:
        """The grants of the role with their use, and its denied requests."""
        return next(r for r in permissions.look(self.target).roles if r.role == self.name)

    @property
    def refused(self) -> tuple[Refusal, ...]:
        """The denied requests since the record was reset."""
        return self.use.refused

    @property
    def _iam(self) -> Any:
        return self.target.client("iam")


def borrow(target: Target, function: str) -> Role:
    """The role of a function (`cart-validator`), with a copy of its policy until `give_back`.

    The copy is an unattached managed policy, so that it survives a killed kernel.
    Raises LabError if permissions are not enforced.
    """
    permissions.look(target)
    role = Role(target, target.named(function))
    if role.name not in dict(_saved_policies(target)):
        target.client("iam").create_policy(
            PolicyName=role.name + COPY_SUFFIX,
            Path=_path(os.getpid()),
            PolicyDocument=json.dumps(role.policy),
        )
    return role


def give_back(target: Target) -> None:
    """Restores the policy of every borrowed role, and resets the record of denials."""
    _give_back(target, list(_saved_policies(target)))


def give_back_forgotten(target: Target) -> None:
    """Restores the policies that processes of this machine borrowed and took with them."""
    ours = f":policy{_path()}"
    saved = [(name, arn) for name, arn in _saved_policies(target) if ours in arn]
    pids = {arn: int(arn.partition(ours)[2].partition("/")[0]) for _, arn in saved}
    _give_back(target, [(name, arn) for name, arn in saved if not psutil.pid_exists(pids[arn])])


def _path(pid: int | None = None) -> str:
    """The path of the copies that a process of this machine makes; without `pid`, its beginning."""
    machine = f"/lab/{platform.node() or 'localhost'}/"
    return machine if pid is None else f"{machine}{pid}/"


def _give_back(target: Target, saved: list[tuple[str, str]]) -> None:
    iam = target.client("iam")
    for name, arn in saved:
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        response = iam.get_policy_version(PolicyArn=arn, VersionId=version)
        Role(target, name).put(response["PolicyVersion"]["Document"])
        iam.delete_policy(PolicyArn=arn)
        permissions.forget(target)


def _saved_policies(target: Target) -> Iterator[tuple[str, str]]:
    """The names of borrowed roles, and the ARNs of the copies of their policies."""
    pages = target.client("iam").get_paginator("list_policies").paginate(Scope="Local")
    for page in pages:
        for policy in page["Policies"]:
            if policy["PolicyName"].endswith(COPY_SUFFIX):
                yield policy["PolicyName"].removesuffix(COPY_SUFFIX), policy["Arn"]


def without(policy: Policy, action: str) -> Policy:
    """The policy without an action, and without statements that become empty."""
    kept = (_without_action(action, statement) for statement in permissions.statements(policy))
    return policy | {"Statement": [statement for statement in kept if statement]}


def _without_action(action: str, statement: Policy) -> Policy:
    actions = statement.get("Action", [])
    if not actions:  # a statement with NotAction
        return statement
    listed = [actions] if isinstance(actions, str) else actions
    others = [other for other in listed if other.lower() != action.lower()]
    return statement | {"Action": others} if others else {}

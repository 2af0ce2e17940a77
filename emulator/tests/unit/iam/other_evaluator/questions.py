"""A question that both evaluators are asked, and what the emulator answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

from localstack_host.services.iam.evaluation import (
    Caller,
    Decision,
    Policies,
    Request,
    Source,
    decide,
)
from localstack_host.services.iam.policies import Policy, parse
from localstack_host.services.iam.policy_store import resource_decides

Document = Mapping[str, Any]
ALLOWED, EXPLICIT, IMPLICIT = "Allowed", "ExplicitlyDenied", "ImplicitlyDenied"
ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class Question:
    """A request and all policies that apply to it.

    `principal` is the ARN of a user or of a role's session, the name of a service, or `anonymous`.
    `account` owns the resource. `of_resource` is the resource's policy.
    """

    principal: str
    action: str
    resource: str
    account: str
    context: Mapping[str, str | list[str]] = field(default_factory=dict)
    identity: tuple[Document, ...] = ()
    boundary: Document | None = None
    session: Document | None = None
    of_resource: Document | None = None

    @cached_property
    def id(self) -> str:
        """The same for the same question."""
        return sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]


def answer(question: Question) -> str:
    """The emulator's decision."""
    keys = {
        k.lower(): (v,) if isinstance(v, str) else tuple(v) for k, v in question.context.items()
    }
    caller = _caller(question.principal, question.account)
    request = Request(caller, question.action, question.resource, keys)
    return _named(decide(request, _policies(question)))


def _policies(question: Question) -> Policies:
    limits = ((Source.BOUNDARY, question.boundary), (Source.SESSION, question.session))
    return Policies(
        identity=tuple(map(_parsed, question.identity)),
        resource=_parsed(question.of_resource) if question.of_resource else None,
        boundaries=tuple((source, (_parsed(limit),)) for source, limit in limits if limit),
        resource_decides=resource_decides(question.action, question.resource),
        owner=question.account,
    )


def _parsed(document: Document) -> Policy:
    return parse(json.dumps(document))


def _caller(principal: str, owner: str) -> Caller:
    if principal == ANONYMOUS:
        return Caller(ANONYMOUS, ANONYMOUS, anonymous=True)
    if not principal.startswith("arn:"):
        return Caller(principal, owner, service=principal)
    account, kind, *names = principal.split(":", 4)[4].replace(":", "/").split("/")
    if kind != "assumed-role":
        return Caller(principal, account, names=(principal,))
    role = f"arn:aws:iam::{account}:role/{names[0]}"
    return Caller(principal, account, names=(role, principal), role=names[0])


def _named(decision: Decision) -> str:
    if decision.allowed:
        return ALLOWED
    return EXPLICIT if decision.reason.startswith("with an explicit deny") else IMPLICIT

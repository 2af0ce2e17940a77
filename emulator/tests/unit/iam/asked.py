"""Requests and policies for the tests of the evaluation, in few words."""

from __future__ import annotations

import json
from typing import Any

from localstack_host.services.iam.evaluation import (
    Caller,
    Decision,
    Policies,
    Request,
    decide,
    decide_unconditionally,
)
from localstack_host.services.iam.policies import Policy, parse
from localstack_host.services.iam.sessions import as_service

ACCOUNT = "000000000000"
TABLE = f"arn:aws:dynamodb:us-east-2:{ACCOUNT}:table/orders-dev"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/worker"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/run"
WORKER = Caller(SESSION, ACCOUNT, names=(ROLE, SESSION), role="worker")
EVENTS = as_service("events", ACCOUNT, "us-east-2")

NOBODY = Caller("anonymous", "anonymous", anonymous=True)
ISSUER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/issuer.example"
OUTSIDER = Caller(ISSUER, ACCOUNT, federated=ISSUER)


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> Policy:
    return parse(json.dumps({"Version": version, "Statement": list(statements)}))


def statement(effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    """A statement about everything, unless `elements` say otherwise."""
    general: dict[str, Any] = {}
    if "NotAction" not in elements:
        general["Action"] = "*"
    if "NotResource" not in elements:
        general["Resource"] = "*"
    return {"Effect": effect, **general, **elements}


def ask(
    *identity: dict[str, Any],
    action: str = "dynamodb:PutItem",
    resource: str = TABLE,
    keys: dict[str, Any] | None = None,
    caller: Caller = WORKER,
    of_resource: dict[str, Any] | None = None,
    **more: Any,
) -> Decision:
    """What a policy of these statements, and one of the resource, answer."""
    context = {
        key.lower(): (value,) if isinstance(value, str) else tuple(value)
        for key, value in (keys or {}).items()
    }
    policies = Policies(
        identity=(policy(*identity),) if identity else (),
        resource=policy(of_resource) if of_resource else None,
        **more,
    )
    decision = decide(Request(caller, action, resource, context), policies)
    # In all of these cases: what is decided once for all condition keys is the same.
    assert decide_unconditionally(caller, action, resource, policies) in (None, decision)
    return decision

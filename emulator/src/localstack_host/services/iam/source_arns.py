"""The condition key `aws:SourceArn`: the resource for which a service makes a request.

LocalStack sends it with most requests, but not when a service assumes a role. Then all resources
with this role are candidates, and a condition holds if it holds for one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def of(service: str, context: Any) -> tuple[str, ...]:
    """The ARNs of the resources for which the request may be made; empty if unknown."""
    source = context.internal_request_params.get("source_arn")
    if source:
        return (_topic_of(source) if service == "sns.amazonaws.com" else source,)
    if context.operation.name != "AssumeRole":
        return ()
    running = RUNNING.get(service)
    role = context.service_request.get("RoleArn", "")
    return tuple(running(role, context)) if running else ()


def account(context: Any) -> str:
    """The account for which a service makes a request, if no ARN contains it.

    LocalStack assumes roles from an account of its own. The role of a resource is in the same
    account as the resource, so this returns the account of the role.
    """
    role = context.service_request.get("RoleArn", "") if context.service_request else ""
    return role.split(":")[4] if role.count(":") >= 5 else str(context.account_id)


def _topic_of(arn: str) -> str:
    """The topic of a subscription's ARN, which LocalStack sends for dead-letter queues."""
    return ":".join(arn.split(":")[:6])


def _state_machines(role: str, context: Any) -> Iterator[str]:
    from localstack.services.stepfunctions.backend.store import sfn_stores

    machines = sfn_stores[account(context)][context.region].state_machines
    return (arn for arn, machine in list(machines.items()) if machine.role_arn == role)


def _functions(role: str, context: Any) -> Iterator[str]:
    from localstack.services.lambda_.invocation.models import lambda_stores

    functions: Any = lambda_stores[account(context)][context.region].functions
    latest = (f.latest() for f in list(functions.values()))
    return (v.id.unqualified_arn() for v in latest if v.config.role == role)


RUNNING = {"lambda.amazonaws.com": _functions, "states.amazonaws.com": _state_machines}

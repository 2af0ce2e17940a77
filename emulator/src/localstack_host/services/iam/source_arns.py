"""On whose behalf a service asks: `aws:SourceArn`.

LocalStack tells it with most requests. It does not where a service assumes a role: then all that
run with this role are candidates, and a condition holds if it holds for one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def of(service: str, context: Any) -> tuple[str, ...]:
    """The ARNs of what the request may be made for; none if it cannot be told."""
    told = context.internal_request_params.get("source_arn")
    if told:
        return (_topic_of(told) if service == "sns.amazonaws.com" else told,)
    if context.operation.name != "AssumeRole":
        return ()
    running = RUNNING.get(service)
    role = context.service_request.get("RoleArn", "")
    return tuple(running(role, context)) if running else ()


def account(context: Any) -> str:
    """The account that a service acts for where no ARN tells it.

    LocalStack assumes roles from an account of its own. A service runs things with roles of their
    own account only, so that of the role is the one.
    """
    role = context.service_request.get("RoleArn", "") if context.service_request else ""
    return role.split(":")[4] if role.count(":") >= 5 else str(context.account_id)


def _topic_of(arn: str) -> str:
    """The topic, where LocalStack tells its subscription: with what goes to a dead-letter queue."""
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

"""Checks of a role's permissions when a resource is created, as on AWS.

- A state machine that logs: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
- A function that reads a queue: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from localstack_host.localstack_api import CommonServiceException
from localstack_host.services.iam.evaluation import Caller
from localstack_host.services.iam.principal import Principal
from localstack_host.services.iam.required_permissions import Permission
from localstack_host.services.iam.sessions import role_named

LOG_DELIVERY = (
    "CreateLogDelivery",
    "DeleteLogDelivery",
    "DescribeLogGroups",
    "DescribeResourcePolicies",
    "GetLogDelivery",
    "ListLogDeliveries",
    "PutResourcePolicy",
    "UpdateLogDelivery",
)
READING_A_QUEUE = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")


@dataclass(frozen=True)
class Check:
    """The permissions that a role requires, and the error if one is missing."""

    principal: Principal
    needs: tuple[Permission, ...]
    error: Callable[[Permission], CommonServiceException]


def checks(context: Any) -> tuple[Check, ...]:
    """The checks for the request's operation, for any caller."""
    check_of = CHECKS.get((context.service.service_name, context.operation.name))
    check = check_of(context) if check_of else None
    return (check,) if check else ()


def _logging(context: Any) -> Check | None:
    request = context.service_request
    logging = request.get("loggingConfiguration") or {}
    role = request.get("roleArn")
    if not role or logging.get("level", "OFF") == "OFF":
        return None
    needs = tuple(Permission(f"logs:{action}") for action in LOG_DELIVERY)
    return _check(role, needs, _no_access_to_logs)


def _no_access_to_logs(_need: Permission) -> CommonServiceException:
    text = "The state machine IAM Role is not authorized to access the Log Destination"
    return CommonServiceException("AccessDeniedException", text, sender_fault=True)


def _reading(context: Any) -> Check | None:
    request = context.service_request
    source = request.get("EventSourceArn") or ""
    role = _role_of_function(context, request.get("FunctionName") or "")
    if ":sqs:" not in source or not role:
        return None
    return _check(
        role, tuple(Permission(f"sqs:{a}", source) for a in READING_A_QUEUE), _cannot_read
    )


def _cannot_read(need: Permission) -> CommonServiceException:
    action = need.action.partition(":")[2]
    text = f"The function execution role does not have permissions to call {action} on SQS"
    return CommonServiceException("InvalidParameterValueException", text, sender_fault=True)


def _role_of_function(context: Any, name: str) -> str | None:
    from localstack.services.lambda_.invocation.models import lambda_stores

    short = name.rpartition("function:")[2].partition(":")[0]  # of an ARN, too
    function = lambda_stores[context.account_id][context.region].functions.get(short)
    return str(function.latest().config.role) if function else None


def _check(arn: str, needs: tuple[Permission, ...], error: Callable[..., Any]) -> Check:
    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    session = f"arn:aws:sts::{account}:assumed-role/{name}/{name}"
    caller = Caller(session, account, names=(arn,), role=name)
    return Check(Principal(caller, role_named(account, arn)), needs, error)


CHECKS: dict[tuple[str, str], Callable[[Any], Check | None]] = {
    ("lambda", "CreateEventSourceMapping"): _reading,
    ("stepfunctions", "CreateStateMachine"): _logging,
    ("stepfunctions", "UpdateStateMachine"): _logging,
}

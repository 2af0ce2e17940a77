"""Checks of a role's permissions when a resource is created, as on AWS.

- A state machine that logs: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
- A function that reads a queue: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
- A function that reads a stream: https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
- What becomes of asynchronous events: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from localstack_host.localstack_api import CommonServiceException
from localstack_host.services.iam.evaluation import Caller
from localstack_host.services.iam.principal import Principal
from localstack_host.services.iam.required_permissions import Permission
from localstack_host.services.iam.required_permissions.roles import ROLE
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
READING_A_STREAM = ("GetRecords", "GetShardIterator", "DescribeStream")
# By the service of an ARN.
SENDING = {
    "events": "PutEvents",
    "lambda": "InvokeFunction",
    "s3": "PutObject",
    "sns": "Publish",
    "sqs": "SendMessage",
}


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
    if not role:
        return None
    service = _service_of(source)
    if service == "sqs":
        needs = tuple(Permission(f"sqs:{a}", source) for a in READING_A_QUEUE)
        return _check(role, needs, _cannot_read)
    if service in ("dynamodb", "kinesis"):
        needs = tuple(Permission(f"{service}:{a}", source) for a in READING_A_STREAM)
        return _check(role, needs, _no_access_to_stream)
    return None


def _cannot_read(need: Permission) -> CommonServiceException:
    action = need.action.partition(":")[2]
    return _invalid(
        f"The function execution role does not have permissions to call {action} on SQS"
    )


def _no_access_to_stream(need: Permission) -> CommonServiceException:
    return _invalid(
        f"Cannot access stream {need.resource}. Please ensure the role can perform the GetRecords,"
        " GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM."
    )


def _dead_letters(context: Any) -> Check | None:
    request = context.service_request
    target = (request.get("DeadLetterConfig") or {}).get("TargetArn") or ""
    role = request.get("Role") or _role_of_function(context, request.get("FunctionName") or "")
    action = SENDING.get(_service_of(target))
    if not role or not action or not _exists(role):  # Lambda itself refuses such a role
        return None
    need = Permission(f"{_service_of(target)}:{action}", target)
    return _check(role, (need,), _cannot_keep_dead_letters)


def _cannot_keep_dead_letters(need: Permission) -> CommonServiceException:
    service, _, action = need.action.partition(":")
    return _invalid(
        f"The provided execution role does not have permissions to call {action}"
        f" on {service.upper()}"
    )


def _destinations(context: Any) -> Check | None:
    request = context.service_request
    role = _role_of_function(context, request.get("FunctionName") or "")
    settings = request.get("DestinationConfig") or {}
    targets = [(settings.get(name) or {}).get("Destination") for name in ("OnSuccess", "OnFailure")]
    needs = tuple(
        Permission(f"{_service_of(target)}:{SENDING[_service_of(target)]}", _objects_of(target))
        for target in filter(None, targets)
        if _service_of(target) in SENDING
    )
    return _check(role, needs, _cannot_send) if role and needs else None


def _cannot_send(need: Permission) -> CommonServiceException:
    return _invalid(
        "The function's execution role does not have permissions to call"
        f" {need.action.partition(':')[2]} on {need.resource.removesuffix('/*')}"
    )


def _objects_of(target: str) -> str:
    return f"{target}/*" if _service_of(target) == "s3" else target


def _service_of(arn: str) -> str:
    return arn.split(":", 3)[2] if arn.startswith("arn:") and arn.count(":") > 2 else ""


def _invalid(text: str) -> CommonServiceException:
    return CommonServiceException("InvalidParameterValueException", text, sender_fault=True)


def _role_of_function(context: Any, name: str) -> str | None:
    from localstack.services.lambda_.invocation.models import lambda_stores

    short = name.rpartition("function:")[2].partition(":")[0]  # of an ARN, too
    function = lambda_stores[context.account_id][context.region].functions.get(short)
    return str(function.latest().config.role) if function else None


def _exists(role: str) -> bool:
    return bool(ROLE.fullmatch(role)) and role_named(role.split(":")[4], role) is not None


def _check(arn: str, needs: tuple[Permission, ...], error: Callable[..., Any]) -> Check:
    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    session = f"arn:aws:sts::{account}:assumed-role/{name}/{name}"
    caller = Caller(session, account, names=(arn,), role=name)
    return Check(Principal(caller, role_named(account, arn)), needs, error)


CHECKS: dict[tuple[str, str], Callable[[Any], Check | None]] = {
    ("lambda", "CreateEventSourceMapping"): _reading,
    ("lambda", "CreateFunction"): _dead_letters,
    ("lambda", "PutFunctionEventInvokeConfig"): _destinations,
    ("lambda", "UpdateFunctionConfiguration"): _dead_letters,
    ("lambda", "UpdateFunctionEventInvokeConfig"): _destinations,
    ("stepfunctions", "CreateStateMachine"): _logging,
    ("stepfunctions", "UpdateStateMachine"): _logging,
}

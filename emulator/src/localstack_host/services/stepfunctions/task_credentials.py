"""The `Credentials` of a Task: a role that the execution's role assumes.

LocalStack assumes it as Step Functions, so that its trust policy would have to name the service.
On AWS it names the execution's role, or that role's account, and the execution's role must be
allowed to assume it.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-access-cross-acct-resources.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.credentials import (  # noqa: E501
    StateCredentials,
)
from localstack.services.stepfunctions.asl.utils import boto_client

from localstack_host.localstack_api import connect_through
from localstack_host.performance.internal_clients import cached_with_expiry

# Those that make clients for Tasks, in LocalStack's package of Tasks.
SERVICES = (
    *("aws_sdk", "batch", "dynamodb", "ecs", "events", "glue"),
    *("sfn", "sns", "sqs", "unsupported"),
)
MODULES = ("lambda_eval_utils", *(f"service.state_task_service_{name}" for name in SERVICES))


@dataclass
class TaskCredentials(StateCredentials):
    """A role that a Task names, and the role of its execution, which assumes it."""

    execution_role: str = ""


def of_task(evaluate: Callable[[Any, Any], Any], task: Any, env: Any) -> Any:
    """Wraps the evaluation of a Task's credentials."""
    credentials = evaluate(task, env)
    if not task.credentials:
        return credentials
    return TaskCredentials(credentials.role_arn, env.aws_execution_details.role_arn)


def client_for(service: str, region: str, state_credentials: StateCredentials) -> Any:
    """A client for the role of a Task or, if the Task names none, of its execution."""
    if not isinstance(state_credentials, TaskCredentials):
        return boto_client.boto_client_for(service, region, state_credentials)
    roles = (state_credentials.execution_role, state_credentials.role_arn)
    factory = _assumed(boto_client._BOTO_CLIENT_CONFIG, roles=roles, region=region)
    return factory.get_client(service=service)


def _assume(config: Any, roles: tuple[str, str], region: str) -> Any:
    execution_role, role = roles
    return connect_through(execution_role, role, region, "states", config)


_assumed = cached_with_expiry(_assume)

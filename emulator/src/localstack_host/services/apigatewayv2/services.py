"""Integrations with services of AWS: an action, with parameters from the request, as a role.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

from localstack_host.localstack_api import connect_as
from localstack_host.services.apigatewayv2 import wire
from localstack_host.services.apigatewayv2.answers import Answer
from localstack_host.services.apigatewayv2.errors import Refused, failed
from localstack_host.services.apigatewayv2.invocation import Invocation
from localstack_host.services.apigatewayv2.models import Resource
from localstack_host.services.apigatewayv2.values import filled

SERVICE = "apigateway"
REGION = "Region"
# Step Functions' synchronous executions have a host name of their own on AWS.
ONE_HOST = Config(inject_host_prefix=False)
Parameters = dict[str, Any]


@dataclass(frozen=True)
class Action:
    """An action of a service: the client's name for both, and what has to be in its request."""

    service: str
    method: str
    required: tuple[str, ...]
    build: Callable[[Parameters], Parameters] = dict


def ask(integration: Resource, invocation: Invocation) -> Answer:
    """The response of the service, or its error. Raises Refused."""
    action = ACTIONS[integration["IntegrationSubtype"]]
    operation = integration["IntegrationSubtype"].partition("-")[2]
    parameters = _parameters(integration, invocation)
    region = parameters.pop(REGION, None) or invocation.api.region
    for name in action.required:
        if name not in parameters:
            raise Refused(400, f"Missing required parameter {name}")
    try:
        factory = connect_as(integration["CredentialsArn"], region, SERVICE, ONE_HOST)
        client = factory.get_client(action.service)
    except ClientError as error:
        raise failed(f"The role of the integration cannot be assumed: {error}") from error
    try:
        result = getattr(client, action.method)(**action.build(parameters))
    except ClientError as error:
        return wire.error(action.service, operation, error)
    except (ParamValidationError, ValueError, RecursionError) as error:
        raise Refused(400, "Bad Request", why=str(error)) from error
    result.pop("ResponseMetadata", None)
    return wire.answer(action.service, operation, result)


def _parameters(integration: Resource, invocation: Invocation) -> Parameters:
    """The parameters with their values. Raises Refused, 400, for one without a value."""
    found: Parameters = {}
    for name, text in (integration.get("RequestParameters") or {}).items():
        value = filled(text, invocation)
        if value is None:
            raise Refused(
                400,
                f"Unable to resolve property {name} from source {text}. Please make sure that the"
                " request to API Gateway contains all the necessary fields specified in request"
                " parameters.",
            )
        found[name] = value
    return found


def _event(parameters: Parameters) -> Parameters:
    event = dict(parameters)
    if "Resources" in event:
        event["Resources"] = _listed(event["Resources"])
    return {"Entries": [event]}


def _listed(text: str) -> list[str]:
    """A list, which is written in JSON or with commas."""
    if text.lstrip().startswith("["):
        return [str(value) for value in json.loads(text)]
    return [part.strip() for part in text.split(",") if part.strip()]


def _message(parameters: Parameters) -> Parameters:
    message = dict(parameters)
    for name in ("DelaySeconds", "MaxNumberOfMessages", "VisibilityTimeout", "WaitTimeSeconds"):
        if name in message:
            message[name] = int(message[name])
    for name in ("MessageAttributes", "MessageSystemAttributes"):
        if name in message:
            message[name] = json.loads(message[name])
    for name in ("AttributeNames", "MessageAttributeNames"):
        if name in message:
            message[name] = _listed(message[name])
    return message


def _record(parameters: Parameters) -> Parameters:
    return {**parameters, "Data": parameters["Data"].encode()}


def _execution(parameters: Parameters) -> Parameters:
    names = {"StateMachineArn", "ExecutionArn", "Name", "Input", "TraceHeader", "Cause", "Error"}
    return {n[0].lower() + n[1:]: v for n, v in parameters.items() if n in names}


MACHINE, QUEUE = ("StateMachineArn",), "QueueUrl"
ACTIONS: Mapping[str, Action] = {
    "EventBridge-PutEvents": Action(
        "events", "put_events", ("Detail", "DetailType", "Source"), _event
    ),
    "Kinesis-PutRecord": Action(
        "kinesis", "put_record", ("StreamName", "Data", "PartitionKey"), _record
    ),
    "SQS-DeleteMessage": Action("sqs", "delete_message", (QUEUE, "ReceiptHandle")),
    "SQS-PurgeQueue": Action("sqs", "purge_queue", (QUEUE,)),
    "SQS-ReceiveMessage": Action("sqs", "receive_message", (QUEUE,), _message),
    "SQS-SendMessage": Action("sqs", "send_message", (QUEUE, "MessageBody"), _message),
    "StepFunctions-StartExecution": Action("stepfunctions", "start_execution", MACHINE, _execution),
    "StepFunctions-StartSyncExecution": Action(
        "stepfunctions", "start_sync_execution", MACHINE, _execution
    ),
    "StepFunctions-StopExecution": Action(
        "stepfunctions", "stop_execution", ("ExecutionArn",), _execution
    ),
}

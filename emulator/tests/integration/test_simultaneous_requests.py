"""Requests at the same moment, of which AWS carries out one."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.conftest import Cloud
from tests.integration.simultaneous import at_once
from tests.integration.state_machines import machine
from tests.integration.waiting import wait_for

CLIENTS = 8
ROUNDS = 5
WAIT = {"A": {"Type": "Wait", "Seconds": 60, "End": True}}


def _path(cloud: Cloud) -> tuple[Callable[[], Any], str]:
    gateway = cloud.client("apigateway")
    api = gateway.create_rest_api(name="shop")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    return (
        lambda: gateway.create_resource(restApiId=api, parentId=root, pathPart="orders"),
        "ConflictException",
    )


def _parameter(cloud: Cloud) -> tuple[Callable[[], Any], str]:
    client, name = cloud.client("ssm"), f"/lock/{uuid.uuid4().hex}"
    return (
        lambda: client.put_parameter(Name=name, Value="held", Type="String"),
        "ParameterAlreadyExists",
    )


def _object(cloud: Cloud) -> tuple[Callable[[], Any], str]:
    client, bucket = cloud.client("s3"), f"locks-{uuid.uuid4().hex[:8]}"
    where = {"LocationConstraint": "us-east-2"}
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    return (
        lambda: client.put_object(Bucket=bucket, Key="lock", Body=b"held", IfNoneMatch="*"),
        "PreconditionFailed",
    )


def _bus(cloud: Cloud) -> tuple[Callable[[], Any], str]:
    client, name = cloud.client("events"), f"bus-{uuid.uuid4().hex}"
    return lambda: client.create_event_bus(Name=name), "ResourceAlreadyExistsException"


def _connection(cloud: Cloud) -> tuple[Callable[[], Any], str]:
    key = {"ApiKeyAuthParameters": {"ApiKeyName": "key", "ApiKeyValue": "secret"}}
    client, name = cloud.client("events"), f"connection-{uuid.uuid4().hex}"
    request = {"Name": name, "AuthorizationType": "API_KEY", "AuthParameters": key}
    return lambda: client.create_connection(**request), "ResourceAlreadyExistsException"


def _archive(cloud: Cloud) -> tuple[Callable[[], Any], str]:
    client = cloud.client("events")
    request = {
        "ArchiveName": f"archive-{uuid.uuid4().hex}"[:48],
        "EventSourceArn": client.describe_event_bus()["Arn"],
    }
    return lambda: client.create_archive(**request), "ResourceAlreadyExistsException"


@pytest.mark.parametrize("kind", [_path, _parameter, _object, _bus, _connection, _archive])
def test_one_of_many_creates_it(
    cloud: Cloud, kind: Callable[[Cloud], tuple[Callable[[], Any], str]]
) -> None:
    for _ in range(ROUNDS):
        create, refusal = kind(cloud)
        responses = at_once(*[create] * CLIENTS)
        assert responses.count(refusal) == CLIENTS - 1, responses


def test_one_execution_of_a_name_starts_and_its_machine_is_created_once(cloud: Cloud) -> None:
    client, name = cloud.client("stepfunctions"), f"probe-{uuid.uuid4().hex[:8]}"
    request = {
        "name": name,
        "roleArn": cloud.role(),
        "definition": json.dumps({"StartAt": "A", "States": WAIT}),
    }
    created = at_once(*[lambda: client.create_state_machine(**request)] * CLIENTS)
    (arn,) = {response["stateMachineArn"] for response in created}
    for number in range(ROUNDS):
        order = {"stateMachineArn": arn, "name": f"order-{number}", "input": "{}"}
        starts = at_once(*[lambda order=order: client.start_execution(**order)] * CLIENTS)
        assert len({(start["executionArn"], start["startDate"]) for start in starts}) == 1
    client.delete_state_machine(stateMachineArn=arn)


def test_a_machine_that_is_deleted_while_executions_start_leaves_none(cloud: Cloud) -> None:
    client, role = cloud.client("stepfunctions"), cloud.role()
    for _ in range(ROUNDS):
        arn = machine(cloud, WAIT, role=role)
        starts = [lambda arn=arn: client.start_execution(stateMachineArn=arn)] * CLIENTS
        *started, deleted = at_once(
            *starts, lambda arn=arn: client.delete_state_machine(stateMachineArn=arn)
        )
        assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 200
        left = {start["executionArn"] for start in started if start != "StateMachineDoesNotExist"}
        wait_for(
            lambda left=left: {_status(cloud, arn) for arn in left} <= {"ABORTED"},
            "an execution of the machine goes on",
        )


def _status(cloud: Cloud, execution: str) -> str:
    described = cloud.client("stepfunctions").describe_execution(executionArn=execution)
    return str(described["status"])


def test_one_of_many_answers_ends_a_task(cloud: Cloud) -> None:
    client, queues = cloud.client("stepfunctions"), cloud.client("sqs")
    queue = queues.create_queue(QueueName=f"tasks-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    asked = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody.$": "$$.Task.Token"},
        "Next": "A",
    }
    arn = machine(cloud, {"Ask": asked} | WAIT)
    for _ in range(ROUNDS):
        client.start_execution(stateMachineArn=arn)
        (message,) = queues.receive_message(QueueUrl=queue, WaitTimeSeconds=10)["Messages"]
        token = message["Body"]
        yes = [lambda t=token: client.send_task_success(taskToken=t, output="{}")] * CLIENTS
        no = [lambda t=token: client.send_task_failure(taskToken=t, error="No")] * CLIENTS
        assert at_once(*yes, *no).count("TaskTimedOut") == 2 * CLIENTS - 1
        queues.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    client.delete_state_machine(stateMachineArn=arn)


def test_a_task_fails_while_executions_start(cloud: Cloud) -> None:
    client, arn = cloud.client("stepfunctions"), machine(cloud, WAIT)
    token = {"taskToken": "none of an execution"}
    starts = [lambda: client.start_execution(stateMachineArn=arn)] * CLIENTS
    fails = [lambda: client.send_task_failure(**token)] * CLIENTS
    for _ in range(ROUNDS):
        assert set(at_once(*starts, *fails)[CLIENTS:]) == {"InvalidToken"}
    client.delete_state_machine(stateMachineArn=arn)

"""What APIs, workflows and rules ask of other services, and in whose name."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.integration.conftest import Cloud, document
from tests.integration.roles import ACCOUNT, REGION, Role, allow
from tests.integration.test_permissions import arn, refusal
from tests.integration.test_permissions_of_services import Queue
from tests.integration.waiting import wait_for

pytestmark = pytest.mark.exhaustive

FORM = {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"}
SEND = {"application/json": "Action=SendMessage&MessageBody=hello"}


@pytest.fixture
def queue(cloud: Cloud) -> Queue:
    return Queue(cloud)


def api_to(cloud: Cloud, uri: str, role: str | None, **settings: Any) -> str:
    """The address of an API with one method, whose integration has this role."""
    client = cloud.client("apigateway")
    api = client.create_rest_api(name=f"probe-{uuid.uuid4().hex[:8]}")["id"]
    (root,) = client.get_resources(restApiId=api)["items"]
    method = {"restApiId": api, "resourceId": root["id"], "httpMethod": "POST"}
    client.put_method(**method, authorizationType="NONE")
    credentials = {"credentials": role} if role else {}
    client.put_integration(
        **method, type="AWS", integrationHttpMethod="POST", uri=uri, **credentials, **settings
    )
    client.put_method_response(**method, statusCode="200")
    client.put_integration_response(**method, statusCode="200")
    client.create_deployment(restApiId=api, stageName="test")
    return f"{cloud.endpoint}/_aws/execute-api/{api}/test/"


def test_an_api_sends_to_a_queue_as_its_role_or_as_the_queues_policy_says(
    cloud: Cloud, queue: Queue
) -> None:
    name = queue.arn.rpartition(":")[2]
    uri = f"arn:aws:apigateway:{REGION}:sqs:path/{ACCOUNT}/{name}"
    to_service = {"Service": "apigateway.amazonaws.com"}
    may_not = cloud.role(allow("sqs:SendMessage", f"{queue.arn}-other"), **to_service)
    may = cloud.role(allow("sqs:SendMessage", queue.arn), **to_service)
    for role in (None, may_not):
        url = api_to(cloud, uri, role, requestParameters=FORM, requestTemplates=SEND)
        assert "AccessDenied" in httpx.post(url, json={}).text
    assert queue.bodies() == []

    url = api_to(cloud, uri, may, requestParameters=FORM, requestTemplates=SEND)
    assert "SendMessageResult" in httpx.post(url, json={}).text
    assert queue.bodies() == ["hello"]


@pytest.mark.parametrize("allowed", [True, False])
def test_an_api_calls_an_action_as_its_role(cloud: Cloud, allowed: bool) -> None:
    table = cloud.table("id")
    resource = arn("dynamodb", f"table/{table}")
    statement = allow("dynamodb:PutItem", resource if allowed else f"{resource}-other")
    role = cloud.role(statement, Service="apigateway.amazonaws.com")
    body = json.dumps({"TableName": table, "Item": {"id": {"S": "1"}}})
    uri = f"arn:aws:apigateway:{REGION}:dynamodb:action/PutItem"
    url = api_to(cloud, uri, role, requestTemplates={"application/json": body})

    answer = httpx.post(url, json={}).text

    assert ("AccessDeniedException" in answer) is not allowed
    assert cloud.client("dynamodb").scan(TableName=table)["Count"] == int(allowed)


def test_nobody_else_may_say_that_an_integration_asks(cloud: Cloud) -> None:
    headers = {"x-host-integration": "guess", "x-localstack-data": "{}"}
    answer = httpx.post(f"{cloud.endpoint}/", headers=headers, data={"Action": "ListQueues"})
    assert answer.status_code == 403


def test_an_imported_integration_has_its_credentials_and_cache_keys(cloud: Cloud) -> None:
    role = cloud.role(Service="apigateway.amazonaws.com")
    integration = {
        "type": "aws",
        "httpMethod": "POST",
        "uri": f"arn:aws:apigateway:{REGION}:dynamodb:action/ListTables",
        "credentials": role,
        "cacheKeyParameters": ["method.request.path.id"],
        "cacheNamespace": "things",
        "responses": {"default": {"statusCode": "200"}},
    }
    named = {"x-amazon-apigateway-integration": integration, "responses": {}}
    paths = {"/": {"post": named}, "/a/{id}": {"x-amazon-apigateway-any-method": named}}
    body = {"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": paths}
    client = cloud.client("apigateway")
    api = client.import_rest_api(body=json.dumps(body).encode())["id"]
    found = {r["path"]: r["id"] for r in client.get_resources(restApiId=api)["items"]}
    for path, method in (("/", "POST"), ("/a/{id}", "ANY")):
        stored = client.get_integration(restApiId=api, resourceId=found[path], httpMethod=method)
        names = ("credentials", "cacheKeyParameters", "cacheNamespace")
        assert [stored.get(name) for name in names] == [integration[name] for name in names]
    client.create_deployment(restApiId=api, stageName="test")
    url = f"{cloud.endpoint}/_aws/execute-api/{api}/test/"
    assert "TableNames" in httpx.post(url, json={}).text


def test_whoever_imports_an_api_passes_the_roles_in_its_document(cloud: Cloud) -> None:
    role = cloud.role(Service="apigateway.amazonaws.com")
    integration = {"type": "mock", "credentials": role}
    operation = {"x-amazon-apigateway-integration": integration, "responses": {}}
    paths = {"/": {"get": operation}}
    body = json.dumps({"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": paths})
    caller = Role(cloud, allow("apigateway:*"))
    rest, http = caller.client("apigateway"), caller.client("apigatewayv2")
    api = rest.create_rest_api(name="probe")["id"]
    at = {"restApiId": api, "resourceId": rest.get_resources(restApiId=api)["items"][0]["id"]}
    cloud.client("apigateway").put_method(**at, httpMethod="PUT", authorizationType="NONE")
    rest.put_integration(**at, httpMethod="PUT", type="MOCK")
    change = [{"op": "replace", "path": "/credentials", "value": role}]
    attempts: list[Callable[[], Any]] = [
        lambda: rest.import_rest_api(body=body.encode()),
        lambda: rest.update_integration(**at, httpMethod="PUT", patchOperations=change),
        lambda: rest.put_rest_api(restApiId=api, body=body.encode()),
        lambda: http.import_api(Body=body.replace('"mock"', '"http_proxy", "uri": "http://a.b"')),
    ]
    for attempt in attempts:
        code, message, _ = refusal(attempt)
        assert code == "AccessDeniedException"
        assert f"iam:PassRole on resource: {role}" in message
    caller.may(allow("apigateway:*"), allow("iam:PassRole", role))
    for attempt in attempts:
        attempt()


def machine(cloud: Cloud, task: dict[str, Any], role: str) -> str:
    definition = {"StartAt": "Call", "States": {"Call": {"Type": "Task", "End": True, **task}}}
    made = cloud.client("stepfunctions").create_state_machine(
        name=f"probe-{uuid.uuid4().hex[:8]}", roleArn=role, definition=json.dumps(definition)
    )
    return str(made["stateMachineArn"])


def end_of(cloud: Cloud, machine: str) -> dict[str, Any]:
    client = cloud.client("stepfunctions")
    execution = client.start_execution(stateMachineArn=machine)["executionArn"]

    def described() -> dict[str, Any]:
        return dict(client.describe_execution(executionArn=execution))

    wait_for(lambda: described()["status"] != "RUNNING", "the execution still runs")
    return described()


@pytest.mark.parametrize("action", ["success", "failure", "heartbeat"])
def test_a_tasks_token_is_asked_on_its_state_machine(
    cloud: Cloud, queue: Queue, action: str
) -> None:
    task = {
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue.url, "MessageBody.$": "$$.Task.Token"},
        "HeartbeatSeconds": 60,
    }
    waiting = machine(cloud, task, cloud.role())
    client = cloud.client("stepfunctions")
    execution = client.start_execution(stateMachineArn=waiting)["executionArn"]
    wait_for(queue.bodies, "no token was sent")
    (token,) = queue.bodies()
    operation = f"states:SendTask{action.capitalize()}"
    role = Role(cloud, allow(operation, f"{waiting}-other"))
    send = getattr(role.client("stepfunctions"), f"send_task_{action}")
    more = {"output": "{}"} if action == "success" else {}

    code, message, _ = refusal(send, taskToken=token, **more)
    assert code == "AccessDeniedException"
    assert f"{operation} on resource: {waiting} " in message
    assert refusal(send, taskToken="nobodys", **more)[0] == "InvalidToken"
    role.may(allow(operation, waiting))
    send(taskToken=token, **more)
    client.stop_execution(executionArn=execution)


@pytest.mark.parametrize(
    ("trusted", "may_assume", "status"),
    [
        ("execution", True, "SUCCEEDED"),
        ("execution", False, "SUCCEEDED"),  # within one account, its trust policy is enough
        ("account", True, "SUCCEEDED"),
        ("account", False, "FAILED"),
        ("service", True, "FAILED"),
    ],
)
def test_a_tasks_credentials_are_assumed_by_the_executions_role(
    cloud: Cloud, queue: Queue, trusted: str, may_assume: bool, status: str
) -> None:
    own = cloud.role(allow("sts:AssumeRole" if may_assume else "sqs:ListQueues"))
    principal = {
        "execution": {"AWS": own},
        "account": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "service": {"Service": "states.amazonaws.com"},
    }[trusted]
    task = {
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": queue.url, "MessageBody": "hello"},
        "Credentials": {"RoleArn": cloud.role(allow("sqs:SendMessage", queue.arn), **principal)},
    }
    end = end_of(cloud, machine(cloud, task, own))
    assert end["status"] == status
    name = own.rpartition("/")[2]
    assert status == "SUCCEEDED" or f"assumed-role/{name}/" in end["cause"]


def test_a_role_may_trust_a_service_of_its_region(cloud: Cloud, queue: Queue) -> None:
    task = {
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": queue.url, "MessageBody": "hello"},
    }
    here, elsewhere = (
        cloud.role(Service=f"states.{region}.amazonaws.com") for region in (REGION, "eu-west-1")
    )
    assert end_of(cloud, machine(cloud, task, here))["status"] == "SUCCEEDED"
    assert end_of(cloud, machine(cloud, task, elsewhere))["status"] == "FAILED"


def test_a_rule_writes_to_a_log_group_that_a_resource_policy_opens(
    cloud: Cloud, queue: Queue
) -> None:
    logs, events = cloud.client("logs"), cloud.client("events")
    name = f"probe-{uuid.uuid4().hex[:8]}"
    group = f"/aws/events/{name}"
    logs.create_log_group(logGroupName=group)
    events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    queue.trust("events", arn("events", f"rule/{name}"))
    target = {
        "Id": "logs",
        "Arn": arn("logs", f"log-group:{group}"),
        "DeadLetterConfig": {"Arn": queue.arn},
    }
    events.put_targets(Rule=name, Targets=[target])
    statement = allow(
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        arn("logs", f"log-group:{group}:*"),
        Principal={"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]},
    )
    event = {"Source": name, "DetailType": "d", "Detail": "{}"}

    def written() -> list[Any]:
        return list(logs.filter_log_events(logGroupName=group)["events"])

    events.put_events(Entries=[event])
    wait_for(queue.bodies, "nothing was refused")
    logs.put_resource_policy(policyName=name, policyDocument=document(statement))
    events.put_events(Entries=[event])
    wait_for(written, "nothing was written")
    assert len(written()) == 1
    logs.delete_resource_policy(policyName=name)
    events.remove_targets(Rule=name, Ids=["logs"])
    events.delete_rule(Name=name)


def test_a_bus_sends_to_another_that_lets_everybody_of_an_account_in(
    cloud: Cloud, queue: Queue
) -> None:
    events, name = cloud.client("events"), f"probe-{uuid.uuid4().hex[:8]}"
    bus = events.create_event_bus(Name=name)["EventBusArn"]
    events.put_permission(
        EventBusName=name, Action="events:PutEvents", Principal=ACCOUNT, StatementId="us"
    )
    role = cloud.role(allow("events:PutEvents", bus), Service="events.amazonaws.com")
    pattern = json.dumps({"source": [name]})
    events.put_rule(Name=name, EventPattern=pattern)
    events.put_targets(Rule=name, Targets=[{"Id": "bus", "Arn": bus, "RoleArn": role}])
    rule = events.put_rule(Name=name, EventBusName=name, EventPattern=pattern)["RuleArn"]
    events.put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "queue", "Arn": queue.arn}])
    queue.trust("events", rule)
    events.put_events(Entries=[{"Source": name, "DetailType": "d", "Detail": "{}"}])
    wait_for(queue.bodies, "nothing has arrived")
    for place in ({}, {"EventBusName": name}):
        events.remove_targets(Rule=name, Ids=["bus", "queue"], **place)
        events.delete_rule(Name=name, **place)
    events.delete_event_bus(Name=name)


def test_a_tables_policy_lets_a_role_in_and_out(cloud: Cloud) -> None:
    role, table, client = Role(cloud), cloud.table("id"), cloud.client("dynamodb")
    items, key = role.client("dynamodb"), {"id": {"S": "1"}}
    resource = arn("dynamodb", f"table/{table}")
    principal = {"AWS": role.arn}
    assert refusal(items.get_item, TableName=table, Key=key)[0] == "AccessDeniedException"

    policy = document(allow("dynamodb:GetItem", resource, Principal=principal))
    client.put_resource_policy(ResourceArn=resource, Policy=policy)
    items.get_item(TableName=table, Key=key)
    assert refusal(items.put_item, TableName=table, Item=key)[0] == "AccessDeniedException"

    role.may(allow("dynamodb:*", resource))
    items.put_item(TableName=table, Item=key)
    deny = allow("dynamodb:PutItem", resource, Principal="*") | {"Effect": "Deny"}
    client.put_resource_policy(ResourceArn=resource, Policy=document(deny))
    _, message, _ = refusal(items.put_item, TableName=table, Item=key)
    assert "with an explicit deny in a resource-based policy" in message
    client.delete_resource_policy(ResourceArn=resource)
    items.put_item(TableName=table, Item=key)

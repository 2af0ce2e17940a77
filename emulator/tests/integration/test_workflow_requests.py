"""Requests to Step Functions: names, inputs, tags of activities, and what is told of executions."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import Cloud, document
from tests.integration.state_machines import machine, run
from tests.integration.waiting import wait_for

PASS = {"A": {"Type": "Pass", "End": True}}


def _refused(call: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**request)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize("kind", ["STANDARD", "EXPRESS"])
@pytest.mark.parametrize("name", ["a b", "a/b", "a:b", 'a"b', "a#b", "a\tb", "a[b"])
def test_an_execution_whose_name_is_none_is_refused(cloud: Cloud, kind: str, name: str) -> None:
    client = cloud.client("stepfunctions")
    arn = machine(cloud, PASS, type=kind)
    told = _refused(client.start_execution, stateMachineArn=arn, name=name)
    assert told == ("InvalidName", f"Invalid Name: '{name}'")
    client.delete_state_machine(stateMachineArn=arn)


def test_a_name_has_at_most_80_characters(cloud: Cloud) -> None:
    client = cloud.client("stepfunctions")
    arn, name = machine(cloud, PASS), "n" * 81
    code, message = _refused(client.start_execution, stateMachineArn=arn, name=name)
    assert code == "ValidationException"
    assert message == (
        f"1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint:"
        " Member must have length less than or equal to 80"
    )
    assert client.start_execution(stateMachineArn=arn, name=name[:80])
    assert _refused(machine, cloud=cloud, states=PASS, name="a machine")[0] == "InvalidName"
    client.delete_state_machine(stateMachineArn=arn)


@pytest.mark.parametrize("character", ["x", "ü"])
def test_an_input_has_at_most_256_kilobytes(cloud: Cloud, character: str) -> None:
    client = cloud.client("stepfunctions")
    arn = machine(cloud, PASS)
    most = (262_144 - 2) // len(character.encode())
    code, message = _refused(
        client.start_execution, stateMachineArn=arn, input=f'"{character * (most + 1)}"'
    )
    assert code == "ValidationException"
    assert "'input' failed to satisfy constraint" in message
    assert client.start_execution(stateMachineArn=arn, input=f'"{character * most}"')
    client.delete_state_machine(stateMachineArn=arn)


@pytest.mark.parametrize("text", ["not json", "{'a': 1}", "{"])
def test_an_input_that_is_no_json_is_refused(cloud: Cloud, text: str) -> None:
    client = cloud.client("stepfunctions")
    arn = machine(cloud, PASS)
    code, message = _refused(client.start_execution, stateMachineArn=arn, input=text)
    assert code == "InvalidExecutionInput"
    assert message.startswith("Invalid State Machine Execution Input: '")
    client.delete_state_machine(stateMachineArn=arn)


def test_a_task_whose_output_is_no_json_goes_on(cloud: Cloud) -> None:
    client = cloud.client("stepfunctions")
    activity = client.create_activity(name=f"activity-{uuid.uuid4().hex[:8]}")["activityArn"]
    arn = machine(cloud, {"A": {"Type": "Task", "Resource": activity, "End": True}})
    execution = client.start_execution(stateMachineArn=arn)["executionArn"]
    token = client.get_activity_task(activityArn=activity)["taskToken"]
    code, message = _refused(client.send_task_success, taskToken=token, output="done")
    assert (code, message[:39]) == ("InvalidOutput", "Invalid Output: 'Unrecognized token 'do")
    assert _refused(client.send_task_success, taskToken="no", output="done")[0] == "InvalidToken"
    client.send_task_heartbeat(taskToken=token)
    client.send_task_success(taskToken=token, output='"done"')
    wait_for(
        lambda: client.describe_execution(executionArn=execution)["status"] == "SUCCEEDED",
        "the execution has not ended",
    )
    for late in (client.send_task_heartbeat, client.send_task_failure):
        code, message = _refused(late, taskToken=token)
        assert code == "TaskTimedOut"
        assert message == "Task Timed Out: 'Provided task does not exist anymore'"
    client.delete_state_machine(stateMachineArn=arn)
    client.delete_activity(activityArn=activity)


def test_an_activity_has_the_tags_that_it_was_given(cloud: Cloud) -> None:
    client = cloud.client("stepfunctions")
    name, tags = f"activity-{uuid.uuid4().hex[:8]}", [{"key": "Owner", "value": "ada"}]
    arn = client.create_activity(name=name, tags=tags)["activityArn"]
    client.create_activity(name=name, tags=[{"key": "Owner", "value": "bob"}])

    def told() -> Any:
        return client.list_tags_for_resource(resourceArn=arn)["tags"]

    assert told() == tags
    client.tag_resource(resourceArn=arn, tags=[{"key": "Team", "value": "shop"}])
    client.untag_resource(resourceArn=arn, tagKeys=["Owner"])
    assert told() == [{"key": "Team", "value": "shop"}]
    client.delete_activity(activityArn=arn)
    assert _refused(client.list_tags_for_resource, resourceArn=arn)[0] == "ResourceNotFound"


def test_events_have_numbers_for_dates_and_the_input_as_it_was_sent(cloud: Cloud) -> None:
    client, events, sqs = (cloud.client(name) for name in ("stepfunctions", "events", "sqs"))
    arn, name = machine(cloud, PASS), f"probe-{uuid.uuid4().hex[:8]}"
    allowed = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Principal": "*"}
    policy = {"Policy": document(allowed)}
    queue = sqs.create_queue(QueueName=name, Attributes=policy)["QueueUrl"]
    pattern = {"source": ["aws.states"], "detail": {"stateMachineArn": [arn]}}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    target = f"arn:aws:sqs:us-east-2:000000000000:{name}"
    events.put_targets(Rule=name, Targets=[{"Id": "q", "Arn": target}])

    started = client.start_execution(stateMachineArn=arn, input='{ "a":  1 }')
    details: dict[str, dict[str, Any]] = {}

    def both() -> bool:
        got = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", [])
        for message in got:
            detail = json.loads(message["Body"])["detail"]
            details[detail["status"]] = detail
        return len(details) == 2

    wait_for(both, "two events have not come")
    running, succeeded = details["RUNNING"], details["SUCCEEDED"]
    assert running["executionArn"] == started["executionArn"]
    assert running["startDate"] == int(started["startDate"].timestamp() * 1000)
    assert running["stopDate"] is None
    assert isinstance(succeeded["stopDate"], int)
    assert running["input"] == succeeded["input"] == '{ "a":  1 }'
    assert (running["output"], succeeded["output"]) == (None, '{"a":1}')
    assert succeeded["redriveStatus"] == "NOT_REDRIVABLE"
    assert client.describe_execution(executionArn=started["executionArn"])["input"] == '{ "a":  1 }'

    events.remove_targets(Rule=name, Ids=["q"])
    events.delete_rule(Name=name)
    sqs.delete_queue(QueueUrl=queue)
    client.delete_state_machine(stateMachineArn=arn)


def test_a_workflow_runs_an_express_one_and_waits_for_it(cloud: Cloud) -> None:
    """AWS serves the operation at another host, `sync-states.…`."""
    express = machine(cloud, {"A": {"Type": "Pass", "Result": 1, "End": True}}, type="EXPRESS")
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:startSyncExecution",
        "Parameters": {"StateMachineArn": express},
        "OutputPath": "$.Output",
        "End": True,
    }
    ended = run(cloud, {"Call": task})
    assert (ended.status, ended.output) == ("SUCCEEDED", "1"), ended.cause
    cloud.client("stepfunctions").delete_state_machine(stateMachineArn=express)

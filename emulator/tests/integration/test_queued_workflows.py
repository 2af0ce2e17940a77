"""Executions that wait for their turn: told as running, begun in order, stopped, never stuck.

An emulator of its own, on which one execution works at a time, and one invocation of a function.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config

from localstack_host.host import ports, process
from tests.integration.conftest import Cloud
from tests.integration.waiting import wait_for

pytestmark = pytest.mark.exhaustive

SLOW = "import time\ndef handle(event, context):\n    time.sleep(2)\n    return event\n"
QUICK = "def handle(event, context):\n    return event\n"
KEPT = 5


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """An emulator with one turn for workflows and one for each function, which keeps little."""
    home: Path = tmp_path_factory.mktemp("narrow")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCALSTACK_HOST_HOME", str(home))
        patch.setenv("LOCALSTACK_HOST_WORKFLOWS_AT_A_TIME", "1")
        patch.setenv("LOCALSTACK_HOST_INVOCATIONS_AT_A_TIME", "1")
        patch.setenv("LOCALSTACK_HOST_KEPT_EXECUTIONS", str(KEPT))
        patch.setenv("LOCALSTACK_HOST_KEPT_MAILS", "3")
        patch.setenv("LOCALSTACK_HOST_KEPT_LOG_EVENTS", "10")
        started = process.start(ports.any_free())
    try:
        cloud = Cloud(started.endpoint)
        yield cloud
    finally:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LOCALSTACK_HOST_HOME", str(home))
            process.stop()


@pytest.fixture(scope="module")
def slow(narrow: Cloud) -> str:
    """A function that takes two seconds."""
    return narrow.function(SLOW)


def _task(function: str, **more: Any) -> dict[str, Any]:
    resource = {"Resource": "arn:aws:states:::lambda:invoke"}
    return {"Type": "Task", **resource, "Parameters": {"FunctionName": function}} | more


def _machine(cloud: Cloud, *states: dict[str, Any], **options: Any) -> str:
    """A state machine that does these states in a row."""
    names = [f"S{number}" for number in range(len(states))]
    chained = {
        name: {**state, "Next": following} if following else {**state, "End": True}
        for name, state, following in zip(names, states, [*names[1:], None], strict=True)
    }
    created = cloud.client("stepfunctions").create_state_machine(
        name=f"probe-{uuid.uuid4().hex[:8]}",
        roleArn=cloud.role(),
        definition=json.dumps({"StartAt": "S0", "States": chained}),
        **options,
    )
    return str(created["stateMachineArn"])


def _start(cloud: Cloud, machine: str, **options: Any) -> str:
    started = cloud.client("stepfunctions").start_execution(stateMachineArn=machine, **options)
    return str(started["executionArn"])


def _status(cloud: Cloud, arn: str) -> str:
    found = cloud.client("stepfunctions").describe_execution(executionArn=arn)
    return str(found["status"])


def _events(cloud: Cloud, arn: str) -> list[dict[str, Any]]:
    found = cloud.client("stepfunctions").get_execution_history(executionArn=arn)
    return list(found["events"])


def _types(cloud: Cloud, arn: str) -> list[str]:
    return [str(event["type"]) for event in _events(cloud, arn)]


def _wait_for_end(cloud: Cloud, arn: str, status: str = "SUCCEEDED") -> None:
    wait_for(lambda: _status(cloud, arn) != "RUNNING", f"{arn} does not end", timeout_s=60)
    assert _status(cloud, arn) == status, _events(cloud, arn)[-1]


def test_those_that_wait_are_running_and_begin_in_the_order_in_which_they_were_started(
    narrow: Cloud, slow: str
) -> None:
    machine = _machine(narrow, _task(slow))
    arns = [_start(narrow, machine) for _ in range(3)]
    assert [_status(narrow, arn) for arn in arns] == ["RUNNING"] * 3
    assert _types(narrow, arns[-1]) == ["ExecutionStarted"]
    listed = narrow.client("stepfunctions").list_executions(
        stateMachineArn=machine, statusFilter="RUNNING"
    )
    assert {one["executionArn"] for one in listed["executions"]} == set(arns)
    for arn in arns:
        _wait_for_end(narrow, arn)
    entered = [_events(narrow, arn)[1]["timestamp"] for arn in arns]
    assert entered == sorted(entered)
    assert (entered[-1] - entered[0]).total_seconds() > 3


def test_one_that_waits_can_be_stopped_and_never_begins(narrow: Cloud, slow: str) -> None:
    machine = _machine(narrow, _task(slow))
    first, second, third = (_start(narrow, machine) for _ in range(3))
    states = narrow.client("stepfunctions")
    states.stop_execution(executionArn=second, error="Enough", cause="of it")
    told = states.describe_execution(executionArn=second)
    assert (told["status"], "stopDate" in told) == ("ABORTED", True)
    _wait_for_end(narrow, first)
    _wait_for_end(narrow, third)
    assert _types(narrow, second) == ["ExecutionStarted", "ExecutionAborted"]
    states.stop_execution(executionArn=first)  # it has ended: no mistake, and no change
    assert _status(narrow, first) == "SUCCEEDED"


def test_one_that_works_can_be_stopped_and_gives_its_turn(narrow: Cloud) -> None:
    waiting = _machine(narrow, {"Type": "Wait", "Seconds": 600})
    first = _start(narrow, waiting)
    wait_for(lambda: len(_events(narrow, first)) > 1, "it does not begin")
    narrow.client("stepfunctions").stop_execution(executionArn=first)
    _wait_for_end(narrow, first, "ABORTED")
    second = _start(narrow, _machine(narrow, {"Type": "Pass"}))
    _wait_for_end(narrow, second)


def test_who_only_waits_keeps_nobody_waiting(narrow: Cloud) -> None:
    client = narrow.client("stepfunctions")
    waiting = _start(narrow, _machine(narrow, {"Type": "Wait", "Seconds": 600}))
    queue = narrow.client("sqs").create_queue(QueueName=f"tokens-{uuid.uuid4().hex[:8]}")
    told = {"QueueUrl": queue["QueueUrl"], "MessageBody": {"token.$": "$$.Task.Token"}}
    resource = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
    token = {"Type": "Task", "Resource": resource, "Parameters": told}
    asking = _start(narrow, _machine(narrow, token))
    again = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 600, "MaxAttempts": 1}
    failing = narrow.function("def handle(event, context): 1 / 0")
    trying = _start(narrow, _machine(narrow, _task(failing, Retry=[again])))
    wait_for(lambda: "TaskFailed" in _types(narrow, trying), "it has not failed", timeout_s=30)

    last = _start(narrow, _machine(narrow, {"Type": "Pass"}))
    wait_for(lambda: _status(narrow, last) == "SUCCEEDED", "it waits", timeout_s=5)
    for arn in (waiting, asking, trying):
        client.stop_execution(executionArn=arn)


def test_an_execution_that_starts_another_and_waits_for_it_is_not_stuck(narrow: Cloud) -> None:
    inner = _machine(narrow, {"Type": "Pass"}, {"Type": "Wait", "Seconds": 1})
    resource = "arn:aws:states:::states:startExecution.sync"
    outer = {"Type": "Task", "Resource": resource, "Parameters": {"StateMachineArn": inner}}
    for arn in [_start(narrow, _machine(narrow, outer)) for _ in range(2)]:
        _wait_for_end(narrow, arn)


def test_a_synchronous_execution_does_not_wait_for_those_before_it(
    narrow: Cloud, slow: str
) -> None:
    usual = _machine(narrow, _task(slow))
    arns = [_start(narrow, usual) for _ in range(3)]
    express = _machine(narrow, {"Type": "Pass", "Result": 1}, type="EXPRESS")
    without_prefix = Config(inject_host_prefix=False)
    client = boto3.client(
        "stepfunctions",
        endpoint_url=narrow.endpoint,
        region_name="us-east-2",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=without_prefix,
    )
    answer = client.start_sync_execution(stateMachineArn=express)
    assert answer["status"] == "SUCCEEDED"
    assert _status(narrow, arns[-1]) == "RUNNING"
    for arn in arns:
        _wait_for_end(narrow, arn)


def test_the_wait_for_a_turn_is_not_the_time_of_a_state(narrow: Cloud, slow: str) -> None:
    """Six branches call one function that takes two seconds, one at a time, each within eight."""
    task = {**_task(slow, TimeoutSeconds=8), "End": True}
    branches = [{"StartAt": f"T{n}", "States": {f"T{n}": task}} for n in range(6)]
    arn = _start(narrow, _machine(narrow, {"Type": "Parallel", "Branches": branches}))
    _wait_for_end(narrow, arn)


def test_the_work_of_a_state_is_its_time(narrow: Cloud, slow: str) -> None:
    arn = _start(narrow, _machine(narrow, _task(slow, TimeoutSeconds=1)))
    _wait_for_end(narrow, arn, "FAILED")
    assert "TaskTimedOut" in _types(narrow, arn)


def test_the_wait_for_a_turn_is_not_the_time_of_a_function(narrow: Cloud) -> None:
    function = narrow.function(SLOW, Timeout=3)
    with ThreadPoolExecutor(4) as callers:
        answers = list(callers.map(lambda n: narrow.invoke(function, n), range(4)))
    assert [(answer.payload, answer.error) for answer in answers] == [(n, None) for n in range(4)]


def test_a_function_that_calls_itself_is_not_stuck(narrow: Cloud) -> None:
    source = (
        "import boto3, json\n"
        "def handle(event, context):\n"
        "    if not event: return 'done'\n"
        "    answer = boto3.client('lambda').invoke(\n"
        "        FunctionName=context.function_name, Payload=json.dumps(event - 1))\n"
        "    return json.loads(answer['Payload'].read())\n"
    )
    function = narrow.function(source, Timeout=60)
    assert narrow.invoke(function, 1).payload == "done"


def test_a_reserved_concurrency_still_refuses_what_is_too_much(narrow: Cloud) -> None:
    function = narrow.function(SLOW)
    narrow.client("lambda").put_function_concurrency(
        FunctionName=function, ReservedConcurrentExecutions=1
    )

    def status(_number: int) -> int:
        client = narrow.client("lambda")
        try:
            return int(client.invoke(FunctionName=function)["StatusCode"])
        except client.exceptions.TooManyRequestsException:
            return 429

    with ThreadPoolExecutor(4) as callers:
        assert sorted(callers.map(status, range(4))) == [200, 429, 429, 429]


def test_of_executions_that_have_ended_the_latest_are_kept_with_their_histories(
    narrow: Cloud,
) -> None:
    machine = _machine(narrow, {"Type": "Pass"})
    states = narrow.client("stepfunctions")
    arns = []
    for number in range(KEPT + 3):
        arns.append(_start(narrow, machine, name=f"n{number}"))
        _wait_for_end(narrow, arns[-1])
    listed = states.list_executions(stateMachineArn=machine)["executions"]
    assert {one["executionArn"] for one in listed} == set(arns[-KEPT:])
    assert _types(narrow, arns[-1])[-1] == "ExecutionSucceeded"
    with pytest.raises(states.exceptions.ExecutionDoesNotExist):
        states.describe_execution(executionArn=arns[0])
    _wait_for_end(narrow, _start(narrow, machine, name="n0"))


def test_the_latest_mails_are_kept(narrow: Cloud) -> None:
    mail = narrow.client("ses")
    mail.verify_email_identity(EmailAddress="shop@example.com")
    for number in range(5):
        mail.send_email(
            Source="shop@example.com",
            Destination={"ToAddresses": ["ada@example.com"]},
            Message={"Subject": {"Data": str(number)}, "Body": {"Text": {"Data": "Hello"}}},
        )
    answer = httpx.get(f"{narrow.endpoint}/_aws/ses", trust_env=False)
    assert [message["Subject"] for message in answer.json()["messages"]] == ["2", "3", "4"]


def test_the_latest_log_events_are_kept(narrow: Cloud) -> None:
    logs, group = narrow.client("logs"), f"group-{uuid.uuid4().hex[:8]}"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    for number in range(40):
        event = {"timestamp": int(time.time() * 1000), "message": str(number)}
        logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[event])
    found = logs.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True)
    messages = [event["message"] for event in found["events"]]
    assert len(messages) <= 10
    assert messages[-1] == "39"

"""The caches in front of Step Functions' parsers change what parsing costs, and nothing else."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from localstack_host.services.stepfunctions.patches import patch_spelling
from localstack_host.services.stepfunctions.programs import cached_programs
from tests.integration.conftest import Cloud
from tests.integration.state_machines import machine, run
from tests.integration.waiting import wait_for

WORKFLOW = Path(__file__).with_name("workflow.asl.json")


@pytest.fixture
def parse() -> Callable[[str], Any]:
    from localstack.services.stepfunctions.asl.parse.asl_parser import AmazonStateLanguageParser

    found: Callable[[str], Any] = AmazonStateLanguageParser.parse
    return found


def _told(program: object) -> str:
    """A program as text, without the addresses of its parts."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(program))


def test_a_kept_tree_gives_the_same_program(parse: Callable[[str], Any]) -> None:
    definition = WORKFLOW.read_text()
    program, _ = cached_programs(parse)(definition)
    assert _told(program) == _told(parse(definition)[0])


def test_an_operation_is_looked_up_once_and_one_that_there_is_not_is_refused_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service import (  # noqa: E501
        state_task_service,
    )

    tasks: Any = state_task_service
    looked_up = []

    def counting(service: str, load: Callable[..., Any] = tasks.load_service) -> Any:
        looked_up.append(service)
        return load(service=service)

    find = tasks.StateTaskService._get_boto_operation_model
    monkeypatch.setattr(tasks, "load_service", counting)
    monkeypatch.setattr(tasks, "camel_to_snake_case", tasks.camel_to_snake_case)
    monkeypatch.setattr(tasks.StateTaskService, "_get_boto_operation_model", staticmethod(find))
    patch_spelling(tasks)

    kept = tasks.StateTaskService._get_boto_operation_model
    assert [kept("lambda", "invoke").name for _ in range(2)] == ["Invoke"] * 2
    assert looked_up == ["lambda"]
    for _ in range(2):
        with pytest.raises(RuntimeError, match="invoek"):
            kept("lambda", "invoek")


def test_a_text_is_parsed_once_and_its_program_is_for_all_executions(
    parse: Callable[[str], Any],
) -> None:
    parsed = []

    def counting(definition: str) -> Any:
        parsed.append(definition)
        return parse(definition)

    caching = cached_programs(counting)
    first, second = (caching(WORKFLOW.read_text())[0] for _ in range(2))
    assert len(parsed) == 1
    assert first is second


def test_what_runs_parts_side_by_side_gets_a_program_for_each_execution(
    parse: Callable[[str], Any],
) -> None:
    branch = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
    parallel = {"Type": "Parallel", "Branches": [branch], "End": True}
    definition = json.dumps({"StartAt": "P", "States": {"P": parallel}})
    first, second = (cached_programs(parse)(definition)[0] for _ in range(2))
    assert first is not second
    assert _told(first) == _told(second)


def test_each_execution_counts_its_own_attempts(cloud: Cloud) -> None:
    """Also those at the same time: what they share must not be what they count with."""
    retry = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2}
    client = cloud.client("stepfunctions")
    machine = _of_one_task(cloud, "def handle(event, context): 1 / 0", Retry=[retry])
    arns = [client.start_execution(stateMachineArn=machine)["executionArn"] for _ in range(3)]
    for arn in arns:
        wait_for(
            partial(_has_ended, client, arn), f"{arn} is running after three attempts", timeout_s=30
        )
        history = client.get_execution_history(executionArn=arn, maxResults=100)["events"]
        assert [event["type"] for event in history].count("TaskFailed") == 3
    client.delete_state_machine(stateMachineArn=machine)


def _of_one_task(cloud: Cloud, source: str, **fields: Any) -> str:
    """The ARN of a state machine whose only state invokes a function."""
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": cloud.function(source)},
        "End": True,
    }
    made = cloud.client("stepfunctions").create_state_machine(
        name=f"probe-{uuid.uuid4().hex[:8]}",
        roleArn=cloud.role(),
        definition=json.dumps({"StartAt": "Task", "States": {"Task": task | fields}}),
    )
    return str(made["stateMachineArn"])


def _has_ended(client: Any, arn: str) -> bool:
    return bool(client.describe_execution(executionArn=arn)["status"] == "FAILED")


@pytest.mark.parametrize("after_that", ["1 / 0", "return {}", "time.sleep(3)"])
def test_one_that_was_stopped_is_aborted_whatever_its_task_does_after_that(
    cloud: Cloud, after_that: str
) -> None:
    source = f"import time\ndef handle(event, context):\n    time.sleep(1)\n    {after_that}\n"
    client = cloud.client("stepfunctions")
    machine = _of_one_task(cloud, source, TimeoutSeconds=3)
    arn = client.start_execution(stateMachineArn=machine)["executionArn"]

    def types() -> list[str]:
        history = client.get_execution_history(executionArn=arn)["events"]
        return [event["type"] for event in history]

    wait_for(lambda: "TaskStarted" in types(), "the task has not started")
    client.stop_execution(executionArn=arn, error="Enough", cause="of it")
    wait_for(
        lambda: client.describe_execution(executionArn=arn)["status"] != "RUNNING",
        "it has not ended",
    )

    assert client.describe_execution(executionArn=arn)["status"] == "ABORTED"
    assert types()[-1] == "ExecutionAborted"
    client.delete_state_machine(stateMachineArn=machine)


WAITS: dict[str, Any] = {"Type": "Wait", "Seconds": 1}
NEVER = {"Variable": "$.end", "IsPresent": True, "Next": "Done"}
LOOPS = {
    "Wait": WAITS | {"Next": "Again"},
    "Again": {"Type": "Choice", "Choices": [NEVER], "Default": "Wait"},
    "Done": {"Type": "Succeed"},
}
LOOPS_IN_A_BRANCH = {
    "Parallel": {
        "Type": "Parallel",
        "End": True,
        "Branches": [{"StartAt": "Wait", "States": LOOPS}],
    }
}
TRIES_FOREVER = {
    "Task": {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": "http://localhost/0/no-such-queue", "MessageBody": "hello"},
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1_000}],
        "End": True,
    }
}


@pytest.mark.parametrize("states", [LOOPS, LOOPS_IN_A_BRANCH, TRIES_FOREVER])
def test_executions_of_a_machine_that_is_deleted_end(cloud: Cloud, states: dict[str, Any]) -> None:
    client = cloud.client("stepfunctions")
    arn = machine(cloud, states)
    execution = client.start_execution(stateMachineArn=arn)["executionArn"]

    def events() -> int:
        return len(client.get_execution_history(executionArn=execution)["events"])

    wait_for(lambda: events() > 1, "it has not begun")
    client.delete_state_machine(stateMachineArn=arn)
    wait_for(
        lambda: client.describe_execution(executionArn=execution)["status"] == "ABORTED",
        "it has not ended",
    )


def test_a_faulty_definition_is_refused_each_time(parse: Callable[[str], Any]) -> None:
    from localstack.services.stepfunctions.asl.parse.asl_parser import ASLParserException

    caching = cached_programs(parse)
    for _ in range(2):
        with pytest.raises(ASLParserException):
            caching('{"StartAt": 1}')


def test_a_machine_with_an_alias_is_started_by_its_own_arn_too(cloud: Cloud) -> None:
    client = cloud.client("stepfunctions")
    done = {"Done": {"Type": "Pass", "End": True}}
    for kind in ("STANDARD", "EXPRESS"):
        arn = machine(cloud, done, type=kind)
        version = client.publish_state_machine_version(stateMachineArn=arn)[
            "stateMachineVersionArn"
        ]
        alias = client.create_state_machine_alias(
            name="live", routingConfiguration=[{"stateMachineVersionArn": version, "weight": 100}]
        )["stateMachineAliasArn"]
        for name in (arn, version, alias):
            assert client.start_execution(stateMachineArn=name)["executionArn"]
        parent = {
            "Parent": {
                "Type": "Task",
                "Resource": "arn:aws:states:::states:startExecution.sync:2",
                "Parameters": {"StateMachineArn": arn, "Input": {"a": 1}},
                "OutputPath": "$.Output",
                "End": True,
            }
        }
        if kind == "STANDARD":
            assert run(cloud, parent).output == {"a": 1}
        else:
            assert client.start_sync_execution(stateMachineArn=arn)["status"] == "SUCCEEDED"
        client.delete_state_machine_alias(stateMachineAliasArn=alias)
        client.delete_state_machine(stateMachineArn=arn)

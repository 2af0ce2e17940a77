"""How the emulator calls itself, and what it makes elsewhere: the same results either way.

Each of two emulators does the same work: one calls its services by HTTP, the other in memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localstack_host.host import environment, ports, process
from localstack_host.performance import service_index
from tests.integration.conftest import ALL, Cloud
from tests.integration.waiting import wait_for

FUNCTION = """
def handle(event, context):
    if event.get("fail"):
        raise ValueError("über")
    return {"given": event, "größe": [1, 2.5, None, True]}
"""
SAID = {"Type": "Pass", "Result": "caught", "End": True}
ENDED = ("SUCCEEDED", "FAILED")


@pytest.fixture(params=["0", "1"], ids=["by HTTP", "in memory"], scope="module")
def calling(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """An emulator whose services call each other in one of both ways."""
    usual = environment.variables
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOCALSTACK_HOST_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setattr(
            environment,
            "variables",
            lambda *given, **more: usual(*given, **more) | {"IN_MEMORY_CLIENT": request.param},
        )
        yield Cloud(process.start(ports.any_free()).endpoint)
        process.stop()


def _task(resource: str, parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{resource}",
        "Parameters": parameters,
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Said"}],
        "End": True,
    }


def _history(
    cloud: Cloud, task: dict[str, Any], *statements: dict[str, Any]
) -> tuple[list[str], Any]:
    """What failed in an execution of one task, and its output."""
    client = cloud.client("stepfunctions")
    definition = {"StartAt": "Do", "States": {"Do": task, "Said": SAID}}
    name = f"m{len(client.list_state_machines()['stateMachines'])}"
    machine = client.create_state_machine(
        name=name, definition=json.dumps(definition), roleArn=cloud.role(*statements)
    )["stateMachineArn"]
    arn = client.start_execution(stateMachineArn=machine, input="{}")["executionArn"]
    wait_for(lambda: client.describe_execution(executionArn=arn)["status"] in ENDED, "it runs")
    events = client.get_execution_history(executionArn=arn)["events"]
    failed = [e["taskFailedEventDetails"] for e in events if "taskFailedEventDetails" in e]
    output = client.describe_execution(executionArn=arn)["output"]
    return [f"{one['error']}: {one['cause']}" for one in failed], json.loads(output)


def _invoke(name: str, payload: Any) -> dict[str, Any]:
    return _task("lambda:invoke", {"FunctionName": name, "Payload": payload})


def test_a_function_is_invoked_with_its_payload_and_answers(calling: Cloud) -> None:
    failed, output = _history(calling, _invoke(calling.function(FUNCTION), {"ä": [1]}))
    assert failed == []
    assert output["Payload"] == {"given": {"ä": [1]}, "größe": [1, 2.5, None, True]}
    assert (output["StatusCode"], output["ExecutedVersion"]) == (200, "$LATEST")


def test_an_error_of_a_function_is_the_task_s(calling: Cloud) -> None:
    [failed], output = _history(calling, _invoke(calling.function(FUNCTION), {"fail": True}))
    assert failed.startswith("ValueError: ")
    assert json.loads(failed.removeprefix("ValueError: "))["errorMessage"] == "über"
    assert output == "caught"


def test_an_error_of_a_service_is_the_task_s(calling: Cloud) -> None:
    [failed], _ = _history(calling, _invoke("nobody", {}))
    assert failed.startswith("Lambda.ResourceNotFoundException: Function not found: ")


def test_the_role_of_a_workflow_is_who_calls(calling: Cloud) -> None:
    denied = {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*"}
    url = calling.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    task = _task("sqs:sendMessage", {"QueueUrl": url, "MessageBody": "ü"})
    [failed], _ = _history(calling, task, ALL, denied)
    assert "is not authorized to perform: sqs:sendmessage" in failed
    _history(calling, task)
    received = calling.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
    assert [message["Body"] for message in received] == ["ü"]


def test_the_index_that_is_made_elsewhere_is_localstack_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from localstack.aws.spec import build_service_index_cache

    monkeypatch.setattr(service_index, "cached_at", lambda _path: tmp_path / "share" / "kept")
    here = build_service_index_cache(str(tmp_path / "here"))
    elsewhere = service_index.load_or_build(str(tmp_path / "elsewhere"))
    assert vars(elsewhere) == vars(here)
    monkeypatch.setattr(service_index.subprocess, "run", None)  # for another home it is copied
    assert vars(service_index.load_or_build(str(tmp_path / "other"))) == vars(here)

"""What a caller and the log learn when a function fails, in Lambda's words."""

from __future__ import annotations

import re

import pytest

from localstack_host.host import linux_features
from tests.integration.conftest import Answer, Cloud
from tests.integration.waiting import is_alive, wait_until_gone

MISBEHAVE = """
import os, subprocess, sys, time, uuid
own = uuid.uuid4().hex
def handle(event, context):
    if event == "sleep": time.sleep(60)
    if event == "exit": os._exit(3)
    if event == "leave": sys.exit(4)
    if event == "kill": os.kill(os.getpid(), 9)
    if event == "raise": raise ValueError("bad cart")
    return own
"""

START_A_CHILD = """
import subprocess, time
def handle(event, context):
    subprocess.Popen(["sleep", "300"])
    if event: time.sleep(60)
"""

REQUEST = r"RequestId: [0-9a-f-]{36}"


def _message(answer: Answer) -> str:
    assert answer.error == "Unhandled"
    return re.sub(REQUEST, "RequestId: ID", answer.payload["errorMessage"])


@pytest.mark.usefixtures("functions_on_this_machine")
def test_a_function_that_takes_too_long_is_ended(cloud: Cloud) -> None:
    name = cloud.function(MISBEHAVE, Timeout=1)
    cloud.invoke(name)
    (pid,) = cloud.processes(name)
    answer = cloud.invoke(name, "sleep")
    assert answer.payload["errorType"] == "Sandbox.Timedout"
    assert _message(answer) == "RequestId: ID Error: Task timed out after 1.00 seconds"
    assert "Task timed out after 1.00 seconds" in answer.log
    assert "Status: timeout" in answer.log
    assert not is_alive(pid)


@pytest.mark.parametrize(
    ("event", "end"),
    [("exit", "exit status 3"), ("leave", "exit status 4"), ("kill", "signal: killed")],
)
def test_a_function_that_ends_its_process_has_failed(cloud: Cloud, event: str, end: str) -> None:
    answer = cloud.invoke(cloud.function(MISBEHAVE), event)
    assert answer.payload["errorType"] == "Runtime.ExitError"
    assert _message(answer) == f"RequestId: ID Error: Runtime exited with error: {end}"
    assert "Error Type: Runtime.ExitError" in answer.log


@pytest.mark.parametrize("event", ["sleep", "exit"])
def test_the_next_invocation_after_a_failure_gets_a_new_process(cloud: Cloud, event: str) -> None:
    name = cloud.function(MISBEHAVE, Timeout=1)
    before = cloud.invoke(name).payload
    cloud.invoke(name, event)
    after = cloud.invoke(name)
    assert after.error is None
    assert after.payload != before
    assert "Init Duration" in after.log


def test_an_exception_is_answered_and_the_process_stays(cloud: Cloud) -> None:
    name = cloud.function(MISBEHAVE)
    before = cloud.invoke(name).payload
    answer = cloud.invoke(name, "raise")
    assert (answer.payload["errorType"], answer.payload["errorMessage"]) == (
        "ValueError",
        "bad cart",
    )
    assert "[ERROR] ValueError: bad cart" in answer.log
    assert cloud.invoke(name).payload == before


@pytest.mark.parametrize(
    ("source", "error_type", "message"),
    [
        (
            "import missing_package\n",
            "Runtime.ImportModuleError",
            "Unable to import module 'app': No module named 'missing_package'",
        ),
        ("def other():\n    pass\n", "Runtime.HandlerNotFound", "Handler 'handle' missing"),
        ("def handle(:\n", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app'"),
        ("raise ValueError('no settings')\n", "ValueError", "no settings"),
    ],
)
def test_code_that_cannot_be_loaded_says_why_at_once(
    cloud: Cloud, source: str, error_type: str, message: str
) -> None:
    name = cloud.function(source)
    for answer in (cloud.invoke(name), cloud.invoke(name)):
        assert answer.error == "Unhandled"
        assert answer.payload["errorType"] == error_type
        assert message in answer.payload["errorMessage"]
        assert f"Error Type: {error_type}" in answer.log


def test_code_that_ends_while_it_is_loaded_has_failed(cloud: Cloud) -> None:
    answer = cloud.invoke(cloud.function("import os\nos._exit(5)\n"))
    assert answer.payload["errorType"] == "Runtime.ExitError"
    assert "exit status 5" in _message(answer)


@pytest.mark.usefixtures("functions_on_this_machine")
def test_what_a_function_started_ends_with_its_time(cloud: Cloud) -> None:
    name = cloud.function(START_A_CHILD, Timeout=2)
    cloud.invoke(name)
    pids = cloud.processes(name)
    assert len(pids) == 2
    cloud.invoke(name, "sleep")
    wait_until_gone(pids)


FAILING_CALL = """
import boto3
client = boto3.client("sqs")
def handle(event, context):
    client.delete_queue(QueueUrl="http://localhost/000000000000/none")
"""


def test_the_frames_of_a_call_that_fails_are_those_of_the_function_and_botocore(
    cloud: Cloud,
) -> None:
    answer = cloud.invoke(cloud.function(FAILING_CALL))
    assert answer.payload["errorType"] == "QueueDoesNotExist"
    first, *others = answer.payload["stackTrace"]
    assert '/app.py", line 5, in handle' in first
    assert others or not linux_features.available()
    assert all("botocore/" in frame for frame in others), others
    assert "localstack_host" not in answer.log

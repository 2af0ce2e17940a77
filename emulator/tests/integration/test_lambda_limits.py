"""What Lambda holds a function to: memory, /tmp, the size of events, and rest between them."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localstack_host.host import linux_features
from tests.integration.conftest import Cloud

HUNGRY = """
import subprocess, sys
def handle(event, context):
    if event == "hold":
        held = bytearray(400 * 2**20)
        import time; time.sleep(20)
    if event == "let go":
        bytearray(400 * 2**20)
    if event == "let eat":
        eat = "import time; held = bytearray(400 * 2**20); time.sleep(20)"
        subprocess.run([sys.executable, "-c", eat])
    return "fed"
"""

FILES = """
import os, tempfile
def handle(event, context):
    if event == "write":
        with open("/tmp/order.json", "w") as file:
            file.write("{}")
        return tempfile.gettempdir()
    if event == "fill":
        try:
            with open("/tmp/large", "wb") as file:
                for _ in range(600):
                    file.write(b"x" * 2**20)
        except OSError as error:
            return [os.path.getsize("/tmp/large") // 2**20, error.strerror]
    return os.path.exists("/tmp/order.json")
"""

RESTLESS = """
import threading, time
ticks = 0
def tick():
    global ticks
    while True:
        ticks += 1
        time.sleep(0.01)
threading.Thread(target=tick, daemon=True).start()
def handle(event, context):
    time.sleep(event)
    return ticks
"""


@pytest.mark.parametrize("way", ["hold", "let go", "let eat"])
def test_a_function_that_uses_more_memory_than_it_has_is_ended(cloud: Cloud, way: str) -> None:
    name = cloud.function(HUNGRY, MemorySize=256, Timeout=15)
    answer = cloud.invoke(name, way)
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "Runtime.OutOfMemory"
    assert answer.payload["errorMessage"].endswith("Runtime exited with error: signal: killed")
    assert "Memory Size: 256 MB\tMax Memory Used: 256 MB" in answer.log
    assert "Status: error\tError Type: Runtime.OutOfMemory" in answer.log
    assert cloud.invoke(name).payload == "fed"


@pytest.mark.skipif(
    not linux_features.available(), reason="only Linux tells how much a process has used at most"
)
def test_a_function_may_use_the_memory_that_it_has(cloud: Cloud) -> None:
    answer = cloud.invoke(cloud.function(HUNGRY, MemorySize=512), "let go")
    assert answer.payload == "fed"
    assert "Max Memory Used: 4" in answer.log


@pytest.mark.usefixtures("confined")
def test_each_environment_has_a_tmp_of_its_own_that_it_keeps(cloud: Cloud) -> None:
    one, other = cloud.function(FILES), cloud.function(FILES)
    assert cloud.invoke(one, "write").payload == "/tmp"
    assert cloud.invoke(one).payload is True
    assert cloud.invoke(other).payload is False


@pytest.mark.usefixtures("confined")
@pytest.mark.parametrize("size", [512, 530])
def test_tmp_has_the_size_that_was_asked_for(cloud: Cloud, size: int) -> None:
    name = cloud.function(FILES, EphemeralStorage={"Size": size}, Timeout=30)
    written, error = cloud.invoke(name, "fill").payload
    assert written in (size, size - 1)
    assert error == "No space left on device"


def test_nothing_runs_between_invocations(cloud: Cloud) -> None:
    name = cloud.function(RESTLESS)
    before = cloud.invoke(name, 0.3).payload
    time.sleep(1)
    after = cloud.invoke(name, 0).payload
    assert before > 10
    assert after - before < 10


@pytest.mark.parametrize(
    ("kind", "size", "message"),
    [
        ("RequestResponse", 6 * 2**20 + 1, "Request must be smaller than 6291456 bytes"),
        ("Event", 2**20 + 1, "1048577 byte payload is too large for the Event invocation type"),
    ],
)
def test_a_larger_event_than_lambda_takes_is_refused(
    cloud: Cloud, kind: str, size: int, message: str
) -> None:
    name = cloud.function("def handle(event, context):\n    return len(event)\n")
    client = cloud.client("lambda")
    event = json.dumps("x" * (size - 2))
    with pytest.raises(ClientError, match=message) as caught:
        client.invoke(FunctionName=name, InvocationType=kind, Payload=event)
    assert caught.value.response["Error"]["Code"] == "RequestEntityTooLargeException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413


def test_six_megabytes_go_in_and_come_out(cloud: Cloud) -> None:
    event = "x" * (6 * 2**20 - 2)
    assert cloud.invoke(cloud.function("def handle(e, c):\n    return e\n"), event).payload == event


@pytest.mark.parametrize(
    "name", ["AWS_REGION", "LAMBDA_TASK_ROOT", "_HANDLER", "AWS_SESSION_TOKEN"]
)
def test_a_variable_of_lambdas_own_is_refused(cloud: Cloud, name: str) -> None:
    message = (
        "Lambda was unable to configure your environment variables because the environment"
        " variables you have provided contains reserved keys that are currently not supported for"
        f" modification. Reserved keys used in this request: {name}"
    )
    wanted = {"Variables": {"TABLE": "orders", name: "mine"}}
    function = cloud.function(FILES)
    for change in (
        lambda: cloud.function(FILES, Environment=wanted),
        lambda: cloud.client("lambda").update_function_configuration(
            FunctionName=function, Environment=wanted
        ),
    ):
        with pytest.raises(ClientError) as caught:
            change()
        assert caught.value.response["Error"]["Code"] == "InvalidParameterValueException"
        assert caught.value.response["Error"]["Message"] == message


@pytest.mark.parametrize("name", ["1A", "A", "TABLE-NAME", "A B", "ÄÖ", ""])
def test_a_variable_has_a_name_as_lambda_wants_it(cloud: Cloud, name: str) -> None:
    with pytest.raises(ClientError, match="Map keys must satisfy constraint") as caught:
        cloud.function(FILES, Environment={"Variables": {name: "1"}})
    assert caught.value.response["Error"]["Code"] == "ValidationException"


def test_variables_have_four_kilobytes(cloud: Cloud) -> None:
    cloud.function(FILES, Environment={"Variables": {"TABLE": "x" * 4000}})
    with pytest.raises(ClientError, match="exceeded the 4KB limit"):
        cloud.function(FILES, Environment={"Variables": {"TABLE": "x" * 4100}})


def test_an_event_that_is_not_json_is_refused(cloud: Cloud) -> None:
    name = cloud.function("def handle(event, context):\n    return event\n")
    with pytest.raises(ClientError, match="Could not parse request body into json"):
        cloud.client("lambda").invoke(FunctionName=name, Payload=b"{'order': 1}")


WRONG_VALUES: list[tuple[dict[str, Any], str, str]] = [
    ({"Timeout": 901}, "timeout", "have value less than or equal to 900"),
    ({"MemorySize": 10241}, "memorySize", "have value less than or equal to 10240"),
    ({"Handler": "a b"}, "handler", "satisfy regular expression pattern: [^\\s]+"),
    ({"Description": "d" * 257}, "description", "have length less than or equal"),
    ({"TracingConfig": {"Mode": "Foo"}}, "tracingConfig.mode", "satisfy enum value set: ["),
    (
        {"EphemeralStorage": {"Size": 10241}},
        "ephemeralStorage.size",
        "have value less than or equal to 10240",
    ),
]


@pytest.mark.parametrize(
    ("settings", "path", "rule"), WRONG_VALUES, ids=[wrong[1] for wrong in WRONG_VALUES]
)
def test_a_value_that_lambda_does_not_take_is_refused(
    cloud: Cloud, settings: dict[str, Any], path: str, rule: str
) -> None:
    function = cloud.function(RESTLESS)
    with pytest.raises(ClientError) as caught:
        cloud.client("lambda").update_function_configuration(FunctionName=function, **settings)
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert error["Message"].startswith("1 validation error detected: Value '")
    assert f" at '{path}' failed to satisfy constraint: Member must {rule}" in error["Message"]


def test_all_wrong_values_are_named(cloud: Cloud) -> None:
    function = cloud.function(RESTLESS)
    client = cloud.client("lambda")
    with pytest.raises(ClientError) as caught:
        client.put_function_event_invoke_config(
            FunctionName=function, MaximumRetryAttempts=3, MaximumEventAgeInSeconds=21601
        )
    message = caught.value.response["Error"]["Message"]
    assert message.startswith("2 validation errors detected: Value '")
    with pytest.raises(ClientError, match="'invocationType' failed to satisfy constraint"):
        client.invoke(FunctionName=function, InvocationType="Foo")
    with pytest.raises(ClientError, match="'action' failed to satisfy constraint"):
        client.add_permission(
            FunctionName=function, StatementId="a", Action="s3:GetObject", Principal="*"
        )
    with pytest.raises(ClientError, match="'maximumBatchingWindowInSeconds' failed to satisfy"):
        client.create_event_source_mapping(
            FunctionName=function,
            EventSourceArn="arn:aws:sqs:us-east-2:000000000000:none",
            MaximumBatchingWindowInSeconds=301,
        )


MANDATORY = "Runtime and Handler are mandatory parameters for functions created with deployment"
EMPTY_ZIP = b"PK\x05\x06" + bytes(18)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"Handler": None}, MANDATORY),
        ({"Runtime": None}, MANDATORY),
        ({"Code": {}}, "Please provide a source for function code"),
        ({"Code": {"ZipFile": b""}}, "Uploaded file must be a non-empty zip"),
        ({"Code": {"ZipFile": EMPTY_ZIP}}, "Uploaded file must be a non-empty zip"),
        ({"Code": {"ZipFile": b"no zip"}}, "Could not unzip uploaded file"),
    ],
)
def test_a_function_without_what_it_runs_is_refused(
    cloud: Cloud, settings: dict[str, Any], message: str
) -> None:
    usual = {"Runtime": "python3.13", "Handler": "app.handle", "Code": {"ZipFile": EMPTY_ZIP}}
    request = {name: value for name, value in (usual | settings).items() if value is not None}
    with pytest.raises(ClientError, match=message):
        cloud.client("lambda").create_function(FunctionName="without", Role=cloud.role(), **request)


def test_code_is_not_replaced_by_nothing(cloud: Cloud) -> None:
    function, update = cloud.function(RESTLESS), cloud.client("lambda").update_function_code
    with pytest.raises(ClientError, match="Uploaded file must be a non-empty zip"):
        update(FunctionName=function, ZipFile=EMPTY_ZIP)
    with pytest.raises(ClientError, match="Please provide a source for function code"):
        update(FunctionName=function)

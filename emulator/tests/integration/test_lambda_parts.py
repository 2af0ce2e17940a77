"""What AWS's samples use: wrapper scripts, Powertools' layers, provisioned concurrency, windows."""

from __future__ import annotations

import base64
import io
import json
import uuid
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import Cloud
from tests.integration.waiting import wait_for

TELLS = (
    "import os, sys\n"
    "def handle(event, context):\n"
    "    return [os.environ.get('WRAPPED'), sys.flags.dont_write_bytecode, os.getcwd(), __file__]\n"
)
# As in AWS's documentation: an option for the interpreter goes before the last argument.
WRAPPER = """#!/bin/sh
for argument in "$@"; do last=$argument; done
count=$#
while [ "$count" -gt 1 ]; do first=$1; shift; set -- "$@" "$first"; count=$((count - 1)); done
shift
export WRAPPED="$AWS_LAMBDA_FUNCTION_NAME"
exec "$@" -B "$last"
"""


def _packed(files: dict[str, tuple[str, int]]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, (text, mode) in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o100000 | mode) << 16
            archive.writestr(entry, text)
    return packed.getvalue()


def _of_code(cloud: Cloud, name: str, **settings: Any) -> str:
    """A function whose code has a wrapper beside it."""
    code = _packed({"app.py": (TELLS, 0o644), name: (WRAPPER, 0o755)})
    function = f"probe-{uuid.uuid4().hex[:8]}"
    cloud.client("lambda").create_function(
        FunctionName=function,
        Runtime="python3.13",
        Handler="app.handle",
        Role=cloud.role(),
        Code={"ZipFile": code},
        **settings,
    )
    cloud.functions.append(function)
    wait_for(lambda: cloud.state(function)["State"] == "Active", "the function is not there")
    return function


def test_a_wrapper_of_the_code_starts_the_runtime(cloud: Cloud) -> None:
    variables = {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/wrapper"}
    function = _of_code(cloud, "wrapper", Environment={"Variables": variables})
    for _ in range(2):
        answer = cloud.invoke(function)
        assert answer.error is None, answer.log
        assert answer.payload[:2] == [function, 1]


def test_a_wrapper_of_a_layer_starts_the_runtime(cloud: Cloud) -> None:
    layer = cloud.client("lambda").publish_layer_version(
        LayerName=f"layer-{uuid.uuid4().hex[:8]}",
        Content={"ZipFile": _packed({"bin/wrap": (WRAPPER, 0o755)})},
    )["LayerVersionArn"]
    variables = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/bin/wrap"}
    function = cloud.function(TELLS, Layers=[layer], Environment={"Variables": variables})
    assert cloud.invoke(function).payload[:2] == [function, 1]


@pytest.mark.usefixtures("confined")
def test_a_wrapped_function_is_confined(cloud: Cloud) -> None:
    variables = {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/wrapper"}
    function = _of_code(cloud, "wrapper", Environment={"Variables": variables})
    assert cloud.invoke(function).payload[2:] == ["/var/task", "/var/task/app.py"]


def test_a_wrapper_that_is_not_there_fails_the_invocation(cloud: Cloud) -> None:
    variables = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/nothing"}
    function = cloud.function(TELLS, Environment={"Variables": variables})
    answer = cloud.invoke(function)
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "Runtime.ExitError"
    assert answer.payload["errorMessage"].endswith("Runtime exited with error: exit status 127")


@pytest.mark.parametrize(
    "layer",
    ["AWSLambdaPowertoolsPythonV3-python313-x86_64:7", "AWSLambdaPowertoolsPythonV2:79"],
)
def test_powertools_public_layer_is_there(cloud: Cloud, layer: str) -> None:
    source = (
        "from aws_lambda_powertools import Logger\n"
        "from aws_lambda_powertools.utilities.parser import BaseModel\n"
        "logger = Logger(service='probe')\n"
        "@logger.inject_lambda_context\n"
        "def handle(event, context):\n"
        "    logger.info('hello')\n"
        "    return BaseModel.__name__\n"
    )
    arn = f"arn:aws:lambda:us-east-2:017000801446:layer:{layer}"
    function = cloud.function(source, Layers=[arn])
    answer = cloud.invoke(function)
    assert answer.payload == "BaseModel", answer.log
    assert '"service":"probe"' in answer.log
    assert [one["Arn"] for one in cloud.state(function)["Layers"]] == [arn]


def test_a_layer_without_versions_is_not_listed_and_its_numbers_go_on(cloud: Cloud) -> None:
    client = cloud.client("lambda")
    name = f"probe-{uuid.uuid4().hex[:8]}"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("python/probe.py", "")
    content = {"ZipFile": packed.getvalue()}

    def listed() -> bool:
        return name in [layer["LayerName"] for layer in client.list_layers()["Layers"]]

    first = client.publish_layer_version(LayerName=name, Content=content)["Version"]
    assert listed()
    client.delete_layer_version(LayerName=name, VersionNumber=first)
    assert not listed()
    second = client.publish_layer_version(LayerName=name, Content=content)["Version"]
    assert (first, second, listed()) == (1, 2, True)
    client.delete_layer_version(LayerName=name, VersionNumber=second)


def test_another_accounts_layer_is_refused(cloud: Cloud) -> None:
    client = cloud.client("lambda")
    arn = "arn:aws:lambda:us-east-2:123456789012:layer:Private:1"
    with pytest.raises(client.exceptions.ClientError, match="not authorized to perform"):
        cloud.function(TELLS, Layers=[arn])


@pytest.mark.parametrize(
    ("source", "status"),
    [(TELLS, "READY"), ("raise Exception('no')\n", "FAILED"), ("import no_such\n", "FAILED")],
)
def test_provisioned_concurrency_fails_if_a_function_does_not_start(
    cloud: Cloud, source: str, status: str
) -> None:
    client = cloud.client("lambda")
    function = cloud.function(source)
    version = client.publish_version(FunctionName=function)["Version"]
    where = {"FunctionName": function, "Qualifier": version}
    wait_for(
        lambda: client.get_function(**where)["Configuration"]["State"] == "Active",
        "the version is not there",
    )
    client.put_provisioned_concurrency_config(**where, ProvisionedConcurrentExecutions=1)

    def told() -> dict[str, Any]:
        return dict(client.get_provisioned_concurrency_config(**where))

    wait_for(lambda: told()["Status"] != "IN_PROGRESS", "it stays in progress")
    assert told()["Status"] == status
    if status == "FAILED":
        assert told()["StatusReason"] == "FUNCTION_ERROR_INIT_FAILURE"
        assert told()["AvailableProvisionedConcurrentExecutions"] == 0
        assert client.invoke(**where)["FunctionError"] == "Unhandled"


def test_a_batch_is_collected_for_its_window(cloud: Cloud) -> None:
    sqs, client = cloud.client("sqs"), cloud.client("lambda")
    name = f"probe-{uuid.uuid4().hex[:8]}"
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    done = sqs.create_queue(QueueName=f"{name}-done")["QueueUrl"]
    source = (
        "import boto3, json\n"
        "def handle(event, context):\n"
        f"    boto3.client('sqs').send_message(QueueUrl={done!r},"
        " MessageBody=json.dumps([r['body'] for r in event['Records']]))\n"
    )
    mapping = client.create_event_source_mapping(
        FunctionName=cloud.function(source),
        EventSourceArn=f"arn:aws:sqs:us-east-2:000000000000:{name}",
        BatchSize=10,
        MaximumBatchingWindowInSeconds=3,
    )["UUID"]
    wait_for(
        lambda: client.get_event_source_mapping(UUID=mapping)["State"] == "Enabled",
        "the mapping is not enabled",
    )
    for body in "abcd":
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    batches: list[list[str]] = []

    def all_came() -> bool:
        got = sqs.receive_message(QueueUrl=done, WaitTimeSeconds=1).get("Messages", [])
        batches.extend(json.loads(message["Body"]) for message in got)
        return sum(map(len, batches)) == 4

    wait_for(all_came, "not all messages have come", timeout_s=30)
    assert [sorted(batch) for batch in batches] == [["a", "b", "c", "d"]]
    client.delete_event_source_mapping(UUID=mapping)


SHOWS = (
    "import os, sys\n"
    "def handle(event, context):\n"
    "    names = ('PWD', 'SHLVL', 'PYTHONPATH', 'LAMBDA_TASK_ROOT', 'LAMBDA_RUNTIME_DIR')\n"
    "    return {name: os.environ.get(name) for name in names}\n"
)


@pytest.mark.parametrize("variables", [{}, {"PYTHONPATH": "/opt/mine"}, {"PYTHONUTF8": "1"}])
def test_a_function_sees_the_paths_that_it_sees_on_aws(
    cloud: Cloud, variables: dict[str, str]
) -> None:
    layer = cloud.layer({"python/beside.py": "HERE = True\n"})
    source = "import beside\n" + SHOWS
    function = cloud.function(source, Layers=[layer], Environment={"Variables": variables})
    seen = cloud.invoke(function).payload
    task, runtime = seen["LAMBDA_TASK_ROOT"], seen["LAMBDA_RUNTIME_DIR"]
    own = variables.get("PYTHONPATH")
    assert seen["PWD"] == task
    assert seen["SHLVL"] == "0"
    assert seen["PYTHONPATH"] == (f"{runtime}:{own}" if own else runtime)


CONTEXT = """
def handle(event, context):
    client = context.client_context
    return client and [client.custom, client.env]
"""


def test_the_client_context_is_the_functions(cloud: Cloud) -> None:
    client, function = cloud.client("lambda"), cloud.function(CONTEXT)
    given = {"custom": {"name": "\u00e4"}, "env": {"locale": "de"}}
    for context, seen in ((given, [{"name": "\u00e4"}, {"locale": "de"}]), (None, None)):
        encoded = base64.b64encode(json.dumps(context).encode()).decode()
        extra = {"ClientContext": encoded} if context else {}
        answer = client.invoke(FunctionName=function, **extra)
        assert json.load(answer["Payload"]) == seen
    for wrong in ("%%%", base64.b64encode(b"[1]").decode()):
        with pytest.raises(ClientError, match="must be a valid Base64-encoded JSON object"):
            client.invoke(FunctionName=function, ClientContext=wrong)


def test_a_version_that_an_alias_references_is_not_deleted(cloud: Cloud) -> None:
    client, function = cloud.client("lambda"), cloud.function(TELLS)
    client.publish_version(FunctionName=function)
    cloud.update(function, TELLS + "# 2")
    client.publish_version(FunctionName=function)
    weights = {"AdditionalVersionWeights": {"2": 0.5}}
    alias = {"FunctionName": function, "Name": "live"}
    client.create_alias(**alias, FunctionVersion="1", RoutingConfig=weights)
    for version in "12":
        with pytest.raises(ClientError, match=r"the following aliases reference it: \[live\]"):
            client.delete_function(FunctionName=function, Qualifier=version)
    client.update_alias(**alias, RoutingConfig={"AdditionalVersionWeights": {}})
    client.delete_function(FunctionName=function, Qualifier="2")
    versions = client.list_versions_by_function(FunctionName=function)["Versions"]
    assert [version["Version"] for version in versions] == ["$LATEST", "1"]


def test_a_response_can_be_asked_for_as_a_stream(cloud: Cloud) -> None:
    source = "def handle(event, context):\n    return 1 / event\n"
    client, function = cloud.client("lambda"), cloud.function(source)
    ask = {"FunctionName": function, "LogType": "Tail"}
    answer = client.invoke_with_response_stream(**ask, Payload=b"4")
    assert answer["StatusCode"] == 200
    chunk, complete = answer["EventStream"]
    assert chunk == {"PayloadChunk": {"Payload": b"0.25"}}
    assert b"REPORT RequestId" in base64.b64decode(complete["InvokeComplete"]["LogResult"])
    [failed] = client.invoke_with_response_stream(**ask, Payload=b"0")["EventStream"]
    assert failed["InvokeComplete"]["ErrorCode"] == "ZeroDivisionError"
    assert "division by zero" in failed["InvokeComplete"]["ErrorDetails"]


def test_an_event_can_be_queued_by_the_older_operation(cloud: Cloud) -> None:
    client, function = cloud.client("lambda"), cloud.function(TELLS)
    assert client.invoke_async(FunctionName=function, InvokeArgs=b"{}")["Status"] == 202
    with pytest.raises(ClientError, match="Function not found"):
        client.invoke_async(FunctionName="none", InvokeArgs=b"{}")

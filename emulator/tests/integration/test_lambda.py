"""The Lambda executor as a function and its caller see it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from localstack_host.host.settings import INVOCATIONS_AT_A_TIME
from tests.integration.conftest import Cloud

ECHO = "def handle(event, context):\n    return event\n"

LOOK_AROUND = """
import os, sys
def handle(event, context):
    return {
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "path": sys.path,
        "files": sorted(os.listdir(".")),
    }
"""

IMPORT = """
import importlib
def handle(names, context):
    found = []
    for name in names:
        try:
            importlib.import_module(name)
            found.append(name)
        except ImportError:
            pass
    return found
"""

WHO_AM_I = """
import boto3
def handle(event, context):
    return boto3.client("sts").get_caller_identity()["Arn"]
"""

CONTEXT = """
def handle(event, context):
    return {
        "id": context.aws_request_id,
        "name": context.function_name,
        "version": context.function_version,
        "memory": context.memory_limit_in_mb,
        "arn": context.invoked_function_arn,
        "left": context.get_remaining_time_in_millis(),
    }
"""

LEAVE = """
import glob, os, tempfile
places = [os.path.dirname(__file__), tempfile.gettempdir()]
def handle(word, context):
    names = [__file__, *glob.glob(places[0] + "/__pycache__/app.*"), *(p + "/kept" for p in places)]
    for name in names if word else ():
        try:
            os.path.exists(name) and os.chmod(name, 0o644)
            with open(name, "a") as file:
                file.write("# " + word)
        except OSError:
            pass
    return {
        name: open(name, "rb").read().decode("latin-1") if os.path.exists(name) else ""
        for name in names
    }
"""

ENVIRONMENT = """
import time, uuid
own = uuid.uuid4().hex
def handle(event, context):
    time.sleep(event)
    return own
"""

AT_A_TIME = INVOCATIONS_AT_A_TIME.value()


def test_a_function_sees_its_own_variables_and_none_of_the_emulators(cloud: Cloud) -> None:
    name = cloud.function(LOOK_AROUND, Environment={"Variables": {"TABLE": "orders"}})
    seen = cloud.invoke(name).payload["environment"]
    assert seen["TABLE"] == "orders"
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == name
    assert seen["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    foreign = {n for n in seen if n.startswith(("LOCALSTACK_", "GATEWAY_", "PROVIDER_"))}
    assert foreign == set()
    assert not {"HOME", "TMP", "EDGE_PORT", "PYTHONDONTWRITEBYTECODE"} & set(seen)


def test_a_function_runs_in_the_folder_of_its_code(cloud: Cloud) -> None:
    seen = cloud.invoke(cloud.function(LOOK_AROUND)).payload
    assert seen["folder"] == seen["environment"]["LAMBDA_TASK_ROOT"]
    assert "app.py" in seen["files"]
    assert not any("site-packages" in entry for entry in seen["path"])


def test_a_function_has_the_packages_of_awss_runtime_and_no_others(cloud: Cloud) -> None:
    name = cloud.function(IMPORT)
    aws = ["boto3", "botocore", "dateutil", "urllib3"]
    wanted = [*aws, "localstack_host", "localstack", "typer", "jwt"]
    assert cloud.invoke(name, wanted).payload == aws


def test_a_function_calls_aws_as_its_role(cloud: Cloud) -> None:
    name = cloud.function(WHO_AM_I)
    role = cloud.state(name)["Role"].rpartition("/")[2]
    assert cloud.invoke(name).payload.endswith(f":assumed-role/{role}/{name}")


def test_a_function_gets_its_context(cloud: Cloud) -> None:
    name = cloud.function(CONTEXT, MemorySize=256, Timeout=7)
    seen = cloud.invoke(name).payload
    assert (seen["name"], seen["version"], seen["memory"]) == (name, "$LATEST", "256")
    assert seen["arn"].endswith(f":function:{name}")
    assert 5000 < seen["left"] <= 7000


@pytest.mark.parametrize("event", ["x" * 100_000, "Grüße, 世界 🛒", {"a": [1, None, 2.5]}, None])
def test_an_event_arrives_and_returns_as_it_was(cloud: Cloud, event: object) -> None:
    assert cloud.invoke(cloud.function(ECHO), event).payload == event


def test_a_response_of_more_than_six_megabytes_is_refused_as_by_lambda(cloud: Cloud) -> None:
    name = cloud.function("def handle(event, context):\n    return 'x' * 7_000_000\n")
    answer = cloud.invoke(name)
    assert answer.payload["errorType"] == "Function.ResponseSizeTooLarge"


def test_an_environment_is_used_again(cloud: Cloud) -> None:
    name = cloud.function(ENVIRONMENT)
    assert cloud.invoke(name, 0).payload == cloud.invoke(name, 0).payload


def test_parallel_invocations_have_an_environment_each(cloud: Cloud) -> None:
    assert len(environments_of_parallel_invocations(cloud, AT_A_TIME)) == AT_A_TIME


def test_more_invocations_than_the_machine_carries_wait_for_their_turn(cloud: Cloud) -> None:
    assert len(environments_of_parallel_invocations(cloud, 3 * AT_A_TIME)) <= AT_A_TIME


def environments_of_parallel_invocations(cloud: Cloud, count: int) -> set[object]:
    """The environments that answer so many invocations at once of a function that takes 2 s."""
    name = cloud.function(ENVIRONMENT)
    with ThreadPoolExecutor(count) as pool:
        answers = list(pool.map(lambda _: cloud.invoke(name, 2), range(count)))
    assert not any(answer.error for answer in answers)
    return {answer.payload for answer in answers}


def test_an_update_replaces_the_running_code(cloud: Cloud) -> None:
    name = cloud.function(ECHO)
    cloud.invoke(name, 1)
    cloud.update(name, "def handle(event, context):\n    return 'new'\n")
    assert cloud.invoke(name, 1).payload == "new"


def test_two_functions_of_one_zip_share_nothing_that_they_can_write_to(cloud: Cloud) -> None:
    one, other = cloud.function(LEAVE), cloud.function(LEAVE)
    cloud.invoke(one, "left")
    left = cloud.invoke(other, "").payload
    assert not any("left" in content for content in left.values())
    assert len(left) >= 3


def test_a_runtime_other_than_python_is_refused_by_name(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match=r"InvalidParameterValue.* the runtime nodejs22\.x\."):
        cloud.function(ECHO, Runtime="nodejs22.x")
    name = cloud.function(ECHO)
    with pytest.raises(ClientError, match="the runtime java21"):
        cloud.client("lambda").update_function_configuration(FunctionName=name, Runtime="java21")
    assert cloud.invoke(name, "still here").payload == "still here"


@pytest.mark.parametrize("runtime", ["python3.7", "nodejs14.x", "go1.x"])
def test_a_runtime_that_aws_has_given_up_is_refused_in_its_words(
    cloud: Cloud, runtime: str
) -> None:
    message = f"The runtime parameter of {runtime} is no longer supported for creating or updating"
    with pytest.raises(ClientError, match=message):
        cloud.function(ECHO, Runtime=runtime)
    name = cloud.function(ECHO)
    with pytest.raises(ClientError, match=message):
        cloud.client("lambda").update_function_configuration(FunctionName=name, Runtime=runtime)


def test_a_runtime_that_there_is_not_is_refused(cloud: Cloud) -> None:
    for_update = cloud.client("lambda").update_function_configuration
    name = cloud.function(ECHO)
    with pytest.raises(ClientError, match="Value cobol at 'runtime' failed to satisfy constraint"):
        for_update(FunctionName=name, Runtime="cobol")

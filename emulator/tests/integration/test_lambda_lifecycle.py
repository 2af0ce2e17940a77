"""Functions that are changed, deleted, throttled and shared while they run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from localstack_host.host import process
from localstack_host.host.settings import INVOCATIONS_AT_A_TIME
from tests.integration.conftest import Cloud
from tests.integration.waiting import is_alive, wait_for

VERSION = """
import time, uuid
own = uuid.uuid4().hex
def handle(event, context):
    print("in", context.function_version)
    time.sleep(event)
    return ["{version}", own]
"""
ONE, TWO = VERSION.format(version="one"), VERSION.format(version="two")

AT_A_TIME = INVOCATIONS_AT_A_TIME.value()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(100) as pool:
        yield pool


def logged(cloud: Cloud, name: str) -> str:
    events = cloud.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    return "".join(event["message"] for event in events)


def wait_for_log(cloud: Cloud, name: str) -> None:
    """Waits for the log group, which comes with the first lines."""
    groups = {"logGroupNamePrefix": f"/aws/lambda/{name}"}
    describe = cloud.client("logs").describe_log_groups
    wait_for(lambda: describe(**groups)["logGroups"], "there is no log")


def test_an_invocation_that_is_running_ends_with_the_code_it_began_with(
    cloud: Cloud, pool: ThreadPoolExecutor
) -> None:
    name = cloud.function(ONE)
    old = cloud.invoke(name, 0).payload[1]
    (pid,) = cloud.processes(name)
    running = pool.submit(cloud.invoke, name, 2)
    cloud.update(name, TWO)
    assert cloud.invoke(name, 0).payload[0] == "two"
    assert running.result().payload == ["one", old]
    wait_for(lambda: not is_alive(pid), "the old environment is still there")
    wait_for(lambda: logged(cloud, name).count("REPORT") == 3, "its log is lost")


def test_an_update_fails_no_invocation_and_comes_to_all(
    cloud: Cloud, pool: ThreadPoolExecutor
) -> None:
    name = cloud.function(ONE)
    answers = [pool.submit(cloud.invoke, name, 0.05) for _ in range(20)]
    cloud.update(name, TWO)
    answers += [pool.submit(cloud.invoke, name, 0.05) for _ in range(20)]
    given = [answer.result() for answer in answers]
    assert not any(answer.error for answer in given)
    assert {answer.payload[0] for answer in given[20:]} == {"two"}


def test_an_update_holds_up_no_asynchronous_invocation_and_repeats_none(cloud: Cloud) -> None:
    """LocalStack's come again after the function's timeout and a minute."""
    name = cloud.function(ONE)
    cloud.invoke(name, 0)
    wait_for_log(cloud, name)
    events = range(40)
    for event in events:
        payload = json.dumps(0.1 + event / 1000)
        cloud.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=payload)
        if event == 20:
            cloud.update(name, TWO)
    wait_for(lambda: logged(cloud, name).count("REPORT") > len(events), "some are held up")
    assert logged(cloud, name).count("START") == 1 + len(events)


def test_versions_that_nobody_invokes_have_no_threads(cloud: Cloud) -> None:
    name = cloud.function(ONE)
    cloud.invoke(name, 0)
    emulator = psutil.Process(process.status().pid)
    before, versions = emulator.num_threads(), 15
    for number in range(versions):
        cloud.update(name, VERSION.format(version=number))
        cloud.client("lambda").publish_version(FunctionName=name)
    wait_for(lambda: emulator.num_threads() < before + versions // 2, "threads are left")


def is_frozen(pid: int) -> bool:
    """Whether an environment waits for an invocation."""
    return psutil.Process(pid).status() == psutil.STATUS_STOPPED


def test_a_function_that_is_deleted_while_it_runs_still_answers(
    cloud: Cloud, pool: ThreadPoolExecutor
) -> None:
    name = cloud.function(ONE)
    cloud.invoke(name, 0)
    (pid,) = cloud.processes(name)
    wait_for(lambda: is_frozen(pid), "its first invocation has not ended")
    running = pool.submit(cloud.invoke, name, 2)
    wait_for(lambda: not is_frozen(pid), "it was never invoked")
    cloud.delete(name)
    with pytest.raises(ClientError, match="Function not found"):
        cloud.invoke(name, 0)
    assert running.result().payload[0] == "one"
    wait_for(lambda: not is_alive(pid), "its process is still there")


def test_a_hundred_invocations_at_once_are_all_answered(
    cloud: Cloud, pool: ThreadPoolExecutor
) -> None:
    name = cloud.function(ONE)
    answers = list(pool.map(lambda _: cloud.invoke(name, 0.02), range(100)))
    assert [answer.error for answer in answers] == [None] * 100
    assert len({answer.payload[1] for answer in answers}) <= AT_A_TIME


def published(cloud: Cloud) -> str:
    """A function with the versions 1 and 2, whose code says `one` and `two`."""
    client = cloud.client("lambda")
    name = cloud.function(ONE)
    client.publish_version(FunctionName=name)
    cloud.update(name, TWO)
    client.publish_version(FunctionName=name)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    return name


def invoke_alias(cloud: Cloud, name: str) -> tuple[str, str]:
    """What the alias answered, and the version that says so."""
    answer = cloud.client("lambda").invoke(FunctionName=name, Qualifier="live", Payload=b"0")
    return json.loads(answer["Payload"].read())[0], answer["ExecutedVersion"]


def test_an_alias_is_a_version_until_it_is_moved(cloud: Cloud) -> None:
    name = published(cloud)
    assert invoke_alias(cloud, name) == ("one", "1")
    cloud.client("lambda").update_alias(FunctionName=name, Name="live", FunctionVersion="2")
    assert invoke_alias(cloud, name) == ("two", "2")


def test_an_alias_may_send_some_of_its_invocations_to_another_version(cloud: Cloud) -> None:
    name = published(cloud)
    cloud.client("lambda").update_alias(
        FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}}
    )
    assert {invoke_alias(cloud, name) for _ in range(30)} == {("one", "1"), ("two", "2")}
    cloud.client("lambda").update_alias(FunctionName=name, Name="live", RoutingConfig={})
    assert {invoke_alias(cloud, name) for _ in range(10)} == {("one", "1")}


@pytest.mark.parametrize("reserved", [0, 1])
def test_more_invocations_than_were_reserved_are_refused(
    cloud: Cloud, pool: ThreadPoolExecutor, reserved: int
) -> None:
    name = cloud.function(ONE)
    cloud.client("lambda").put_function_concurrency(
        FunctionName=name, ReservedConcurrentExecutions=reserved
    )

    def attempt(_: object) -> Any:
        try:
            return cloud.invoke(name, 1).payload[0]
        except ClientError as error:
            return error.response["Error"]["Code"], error.response["Reason"]

    outcomes = list(pool.map(attempt, range(3)))
    throttled = ("TooManyRequestsException", "ReservedFunctionConcurrentInvocationLimitExceeded")
    assert outcomes.count("one") == reserved
    assert outcomes.count(throttled) == 3 - reserved

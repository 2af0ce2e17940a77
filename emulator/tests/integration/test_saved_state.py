"""The state of an emulator survives its stop, its death, and a move to another home."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from localstack_host.host import ports, process
from localstack_host.host.errors import HostError
from localstack_host.host.process import Beginning, Emulator
from localstack_host.state import about
from localstack_host.state.about import ABOUT, STATE
from localstack_host.state.saved_states import CURRENT, PREVIOUS, REPLACED, SavedStates
from tests.integration.conftest import Cloud
from tests.integration.kept_resources import OPEN, Kept, parameter, put
from tests.integration.waiting import wait_for, wait_until_gone

LOST_AT_MOST_S = 2.0


def restarted(emulator: Emulator) -> Cloud:
    """The emulator at the same port, after a stop and a start."""
    process.stop()
    return Cloud(process.start(emulator.port).endpoint)


def died(emulator: Emulator) -> Cloud:
    """The emulator at the same port, after it was killed as by a power cut."""
    os.kill(emulator.pid, signal.SIGKILL)
    wait_until_gone([emulator.pid])
    return Cloud(process.start(emulator.port).endpoint)


def current(home: Path) -> Path:
    folder = SavedStates(home / "state").folder(CURRENT)
    assert folder is not None
    return folder


def test_a_restart_keeps_what_every_service_has(own: Emulator) -> None:
    cloud = Cloud(own.endpoint)
    kept = Kept(cloud)
    kept.fill()
    kept.look(restarted(own))


@pytest.mark.exhaustive
def test_log_events_survive_and_the_ids_of_new_ones_go_on(own: Emulator) -> None:
    """More than a stream keeps uncompressed, in pages and by time."""
    group = {"logGroupName": "kept"}
    stream = {**group, "logStreamName": "kept"}
    begin = int(time.time() * 1000)
    lines = [{"timestamp": begin + number, "message": f"line {number}"} for number in range(700)]

    def found(cloud: Cloud, **range_: int) -> list[Any]:
        pages = cloud.client("logs").get_paginator("filter_log_events")
        return [event for page in pages.paginate(**group, **range_) for event in page["events"]]

    logs = Cloud(own.endpoint).client("logs")
    logs.create_log_group(**group)
    logs.create_log_stream(**stream)
    logs.put_log_events(**stream, logEvents=lines[:650])
    after = restarted(own)
    after.client("logs").put_log_events(**stream, logEvents=lines[650:])
    assert [event["message"] for event in found(after)] == [line["message"] for line in lines]
    assert len({event["eventId"] for event in found(after)}) == len(lines)
    some = found(after, startTime=begin + 100, endTime=begin + 104)
    assert [event["message"] for event in some] == [f"line {number}" for number in range(100, 105)]


def test_a_killed_emulator_loses_at_most_two_seconds(own: Emulator) -> None:
    cloud = Cloud(own.endpoint)
    put(cloud, "/first", "1")
    written_at = time.monotonic()
    put(cloud, "/second", "2")
    wait_for(lambda: time.monotonic() - written_at > LOST_AT_MOST_S, "time stands still")
    after = died(own)
    assert (parameter(after, "/first"), parameter(after, "/second")) == ("1", "2")


@pytest.mark.exhaustive
def test_an_emulator_saves_when_it_is_asked_to_end(own: Emulator) -> None:
    """As a container, or a machine that shuts down, does with SIGTERM."""
    put(Cloud(own.endpoint), "/a", "1")
    os.kill(own.pid, signal.SIGTERM)
    wait_until_gone([own.pid], timeout_s=30)
    assert parameter(Cloud(process.start(own.port).endpoint), "/a") == "1"


@pytest.mark.exhaustive
def test_a_running_execution_ends_as_aborted_and_says_so(own: Emulator) -> None:
    cloud = Cloud(own.endpoint)
    definition = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 600, "End": True}}}
    machine = cloud.client("stepfunctions").create_state_machine(
        name="waits", roleArn=cloud.role(), definition=json.dumps(definition)
    )["stateMachineArn"]
    queue = cloud.client("sqs").create_queue(QueueName="ends", Attributes=OPEN)["QueueUrl"]
    pattern = {"source": ["aws.states"], "detail": {"status": ["ABORTED"]}}
    cloud.client("events").put_rule(Name="ends", EventPattern=json.dumps(pattern))
    target = {"Id": "1", "Arn": "arn:aws:sqs:us-east-2:000000000000:ends"}
    cloud.client("events").put_targets(Rule="ends", Targets=[target])
    execution = cloud.client("stepfunctions").start_execution(stateMachineArn=machine)
    arn = execution["executionArn"]
    after = restarted(own)
    found = after.client("stepfunctions").describe_execution(executionArn=arn)
    assert (found["status"], found["error"]) == ("ABORTED", "Emulator.Stopped")
    events = after.client("stepfunctions").get_execution_history(executionArn=arn)["events"]
    assert events[-1]["type"] == "ExecutionAborted"
    told = after.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
    assert json.loads(told[0]["Body"])["detail"]["executionArn"] == arn


@pytest.mark.exhaustive
def test_a_message_in_flight_comes_back_after_its_timeout(own: Emulator) -> None:
    sqs = Cloud(own.endpoint).client("sqs")
    queue = sqs.create_queue(QueueName="q", Attributes={"VisibilityTimeout": "1"})["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="again")
    assert sqs.receive_message(QueueUrl=queue)["Messages"]
    found = restarted(own).client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=10)
    assert [message["Body"] for message in found["Messages"]] == ["again"]


@pytest.mark.exhaustive
def test_mappings_go_on_where_they_were(own: Emulator) -> None:
    cloud = Cloud(own.endpoint)
    queue = cloud.client("sqs").create_queue(QueueName="seen")["QueueUrl"]
    function = cloud.function(
        "import boto3, json\n"
        "def handle(event, context):\n"
        "    for record in event['Records']:\n"
        "        body = record['dynamodb']['Keys']['id']['S']\n"
        f"        boto3.client('sqs').send_message(QueueUrl={queue!r}, MessageBody=body)\n",
    )
    table = cloud.table(
        "id", StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    )
    stream = cloud.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    cloud.client("lambda").create_event_source_mapping(
        FunctionName=function, EventSourceArn=stream, StartingPosition="TRIM_HORIZON"
    )
    for number in ("1", "2", "3"):
        cloud.client("dynamodb").put_item(TableName=table, Item={"id": {"S": number}})
        assert _next_body(cloud, queue) == number
    after = restarted(own)
    after.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "after"}})
    body = _next_body(after, queue)
    if body == "3":  # the function had not returned when the emulator stopped
        body = _next_body(after, queue)
    assert body == "after"


@pytest.mark.exhaustive
def test_records_that_wait_for_their_window_are_there_after_a_restart(own: Emulator) -> None:
    cloud = Cloud(own.endpoint)
    queue = cloud.client("sqs").create_queue(QueueName="seen")["QueueUrl"]
    function = cloud.function(
        "import boto3, json\n"
        "def handle(event, context):\n"
        "    ids = [record['dynamodb']['Keys']['id']['S'] for record in event['Records']]\n"
        f"    boto3.client('sqs').send_message(QueueUrl={queue!r}, MessageBody=json.dumps(ids))\n",
    )
    table = cloud.table(
        "id", StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    )
    stream = cloud.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    mapping = {
        "FunctionName": function,
        "EventSourceArn": stream,
        "StartingPosition": "TRIM_HORIZON",
    }
    client = cloud.client("lambda")
    uuid = client.create_event_source_mapping(**mapping, MaximumBatchingWindowInSeconds=8)["UUID"]
    wait_for(
        lambda: client.get_event_source_mapping(UUID=uuid)["State"] == "Enabled",
        "the mapping is not enabled",
    )
    cloud.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "before"}})
    time.sleep(2)  # it is read, and waits
    after = restarted(own)
    after.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "after"}})
    assert _next_body(after, queue) == '["before", "after"]'


def _next_body(cloud: Cloud, queue: str) -> str:
    sqs = cloud.client("sqs")
    found = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=found[0]["ReceiptHandle"])
    return str(found[0]["Body"])


@pytest.mark.exhaustive
def test_a_start_says_what_it_has_loaded(own: Emulator) -> None:
    put(Cloud(own.endpoint), "/a", "1")
    assert own.state == {"restored": False, "saved_at": None, "refused": None}
    process.stop()
    started = process.start(own.port)
    assert started.state["restored"]
    assert started.state["saved_at"].endswith("Z")
    assert process.start().state == started.state


@pytest.mark.exhaustive
def test_a_fresh_start_puts_the_state_aside(own: Emulator, home: Path) -> None:
    put(Cloud(own.endpoint), "/a", "1")
    process.stop()
    fresh = process.start(own.port, beginning=Beginning(fresh=True))
    assert not fresh.state["restored"]
    assert parameter(Cloud(fresh.endpoint), "/a") is None
    replaced = SavedStates(home / "state").folder(REPLACED)
    assert replaced is not None
    again = process.restart_with(home / "state" / REPLACED)
    assert parameter(Cloud(again.endpoint), "/a") == "1"
    with pytest.raises(HostError, match="already running"):
        process.start(beginning=Beginning(fresh=True))


@pytest.mark.exhaustive
def test_a_saved_state_is_restored_here_and_in_another_home(
    own: Emulator, home: Path, tmp_path_factory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = Cloud(own.endpoint)
    put(cloud, "/a", "saved")
    folder = tmp_path_factory.mktemp("saved") / "one"
    saved = process.save(folder)
    assert about.read(folder) == saved
    assert "ssm" in saved.services
    with pytest.raises(HostError, match="exists already"):
        process.save(folder)
    put(cloud, "/a", "later")
    again = process.restart_with(folder)
    assert again.port == own.port
    assert parameter(Cloud(again.endpoint), "/a") == "saved"
    process.stop()
    monkeypatch.setenv("LOCALSTACK_HOST_HOME", str(tmp_path_factory.mktemp("home")))
    elsewhere = process.start(ports.any_free(), beginning=Beginning(folder=folder))
    try:
        assert parameter(Cloud(elsewhere.endpoint), "/a") == "saved"
    finally:
        process.stop()


@pytest.fixture
def stopped(own: Emulator, home: Path) -> Path:
    """The state folder after two saves and a stop: `/a` is 2, and 1 in the older state."""
    cloud = Cloud(own.endpoint)
    put(cloud, "/a", "1")
    process.save(home / "first")
    shutil.rmtree(home / "first")
    put(cloud, "/a", "2")
    process.stop()
    return home / "state"


@pytest.mark.exhaustive
def test_a_damaged_state_is_kept_and_the_older_one_is_loaded(stopped: Path) -> None:
    with (stopped / CURRENT / STATE).open("r+b") as file:
        file.seek(100)
        file.write(b"damage")
    started = process.start(ports.any_free())
    assert parameter(Cloud(started.endpoint), "/a") == "1"
    refused = started.state["refused"]
    assert "is damaged" in refused
    assert "older state" in refused
    [kept] = stopped.glob("refused-*")
    assert str(kept) in refused


@pytest.mark.exhaustive
def test_a_state_that_fails_halfway_is_kept_and_the_older_one_is_loaded(
    own: Emulator, home: Path
) -> None:
    """The process that has loaded a part of it starts again."""
    cloud = Cloud(own.endpoint)
    cloud.client("s3").create_bucket(
        Bucket="one", CreateBucketConfiguration={"LocationConstraint": "us-east-2"}
    )
    put(cloud, "/a", "1")
    process.save(home / "first")
    cloud.client("s3").put_object(Bucket="one", Key="k", Body=b"content")
    process.stop()
    for blob in (current(home) / "blobs").iterdir():
        blob.unlink()
    about = current(home) / ABOUT
    described = json.loads(about.read_text())
    about.unlink()  # it may be shared
    about.write_text(json.dumps(described | {"files": {}}))  # so that the checksums are right
    started = process.start(own.port)
    assert "cannot be loaded" in started.state["refused"]
    after = Cloud(started.endpoint)
    assert parameter(after, "/a") == "1"
    assert not after.client("s3").list_objects_v2(Bucket="one").get("Contents")


@pytest.mark.exhaustive
def test_a_state_of_other_versions_is_refused_and_kept(stopped: Path) -> None:
    for link in (CURRENT, PREVIOUS):
        file = stopped / link / ABOUT
        described = json.loads(file.read_text())
        file.unlink()  # it may be shared
        file.write_text(json.dumps(described | {"localstack": "3.0.0"}))
    started = process.start(ports.any_free())
    assert not started.state["restored"]
    assert "LocalStack is '4.14.0' and was '3.0.0'" in started.state["refused"]
    assert parameter(Cloud(started.endpoint), "/a") is None
    [kept] = stopped.glob("refused-*")
    assert (kept / STATE).exists()


@pytest.mark.exhaustive
def test_an_emulator_whose_home_is_gone_goes_on(own: Emulator, home: Path) -> None:
    cloud = Cloud(own.endpoint)
    shutil.rmtree(home / "state", ignore_errors=True)
    put(cloud, "/a", "1")
    assert parameter(cloud, "/a") == "1"


@pytest.mark.exhaustive
def test_without_state_nothing_is_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALSTACK_HOST_STATE", "off")
    started = process.start(ports.any_free())
    put(Cloud(started.endpoint), "/a", "1")
    assert not process.stop().not_saved
    assert not (home / "state").exists()


@pytest.mark.exhaustive
def test_without_fork_a_stop_saves(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALSTACK_HOST_PORTABLE", "1")
    started = process.start(ports.any_free())
    put(Cloud(started.endpoint), "/a", "1")
    assert parameter(restarted(started), "/a") == "1"

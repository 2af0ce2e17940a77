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
from tests.integration.conftest import Cloud, document
from tests.integration.waiting import wait_for, wait_until_gone

ECHO = "def handle(event, context):\n    return event\n"
LOST_AT_MOST_S = 2.0
ANYBODY = document({"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"})
OPEN = {"Policy": ANYBODY}


def restarted(emulator: Emulator) -> Cloud:
    """The emulator at the same port, after a stop and a start."""
    process.stop()
    return Cloud(process.start(emulator.port).endpoint)


def died(emulator: Emulator) -> Cloud:
    """The emulator at the same port, after it was killed as by a power cut."""
    os.kill(emulator.pid, signal.SIGKILL)
    wait_until_gone([emulator.pid])
    return Cloud(process.start(emulator.port).endpoint)


def put(cloud: Cloud, name: str, value: str) -> None:
    cloud.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def parameter(cloud: Cloud, name: str) -> str | None:
    ssm = cloud.client("ssm")
    try:
        return str(ssm.get_parameter(Name=name)["Parameter"]["Value"])
    except ssm.exceptions.ParameterNotFound:
        return None


def current(home: Path) -> Path:
    folder = SavedStates(home / "state").folder(CURRENT)
    assert folder is not None
    return folder


def test_a_restart_keeps_what_every_service_has(own: Emulator) -> None:
    cloud = Cloud(own.endpoint)
    kept = Kept(cloud)
    kept.fill()
    kept.look(restarted(own))


def test_a_killed_emulator_loses_at_most_two_seconds(own: Emulator) -> None:
    cloud = Cloud(own.endpoint)
    put(cloud, "/first", "1")
    written_at = time.monotonic()
    put(cloud, "/second", "2")
    wait_for(lambda: time.monotonic() - written_at > LOST_AT_MOST_S, "time stands still")
    after = died(own)
    assert (parameter(after, "/first"), parameter(after, "/second")) == ("1", "2")


def test_an_emulator_saves_when_it_is_asked_to_end(own: Emulator) -> None:
    """As a container, or a machine that shuts down, does with SIGTERM."""
    put(Cloud(own.endpoint), "/a", "1")
    os.kill(own.pid, signal.SIGTERM)
    wait_until_gone([own.pid], timeout_s=30)
    assert parameter(Cloud(process.start(own.port).endpoint), "/a") == "1"


class Kept:
    """One resource or more of each service, and what is looked for after a load."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def fill(self) -> None:
        client = self.cloud.client
        self.role = self.cloud.role()
        self.function = self.cloud.function(ECHO, Role=self.role)
        self.table = self.cloud.table("id")
        client("dynamodb").put_item(TableName=self.table, Item={"id": {"S": "1"}})
        client("s3").create_bucket(
            Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "us-east-2"}
        )
        client("s3").put_object(Bucket="kept", Key="small", Body=b"small")
        client("s3").put_object(Bucket="kept", Key="large", Body=b"x" * 1_000_000)
        put(self.cloud, "/kept", "yes")
        self._fill_messages()
        self._fill_keys_and_logs()
        self._fill_workflows()

    def _fill_messages(self) -> None:
        client = self.cloud.client
        self.queue = client("sqs").create_queue(QueueName="kept", Attributes=OPEN)["QueueUrl"]
        arn = client("sqs").get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])
        client("sqs").send_message(QueueUrl=self.queue, MessageBody="waiting")
        self.topic = client("sns").create_topic(Name="kept")["TopicArn"]
        client("sns").subscribe(
            TopicArn=self.topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"]
        )
        client("ses").verify_email_identity(EmailAddress="shop@example.com")
        client("ses").send_email(
            Source="shop@example.com",
            Destination={"ToAddresses": ["anna@example.com"]},
            Message={"Subject": {"Data": "kept"}, "Body": {"Text": {"Data": "text"}}},
        )

    def _fill_keys_and_logs(self) -> None:
        client = self.cloud.client
        self.key = client("kms").create_key()["KeyMetadata"]["KeyId"]
        self.secret = client("kms").encrypt(KeyId=self.key, Plaintext=b"s")["CiphertextBlob"]
        client("logs").create_log_group(logGroupName="kept")
        client("logs").create_log_stream(logGroupName="kept", logStreamName="kept")
        event = {"timestamp": int(time.time() * 1000), "message": "kept"}
        client("logs").put_log_events(logGroupName="kept", logStreamName="kept", logEvents=[event])
        client("logs").put_query_definition(name="kept", queryString="fields @message")
        client("cloudwatch").put_metric_data(
            Namespace="Kept", MetricData=[{"MetricName": "kept", "Value": 1.0}]
        )

    def _fill_workflows(self) -> None:
        client = self.cloud.client
        definition = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}
        machine = client("stepfunctions").create_state_machine(
            name="kept", roleArn=self.role, definition=json.dumps(definition)
        )["stateMachineArn"]
        self.execution = client("stepfunctions").start_execution(
            stateMachineArn=machine, input='{"kept": true}'
        )["executionArn"]
        wait_for(lambda: self._status(self.cloud) == "SUCCEEDED", "the execution runs on")
        client("events").create_event_bus(Name="kept")
        client("events").put_rule(
            Name="kept", EventBusName="kept", EventPattern='{"source": ["test"]}'
        )
        client("events").put_targets(
            Rule="kept", EventBusName="kept", Targets=[{"Id": "1", "Arn": self._queue_arn()}]
        )

    def _queue_arn(self) -> str:
        return f"arn:aws:sqs:us-east-2:000000000000:{self.queue.rpartition('/')[2]}"

    def _status(self, cloud: Cloud) -> str:
        found = cloud.client("stepfunctions").describe_execution(executionArn=self.execution)
        return str(found["status"])

    def look(self, after: Cloud) -> None:
        client = after.client
        assert after.invoke(self.function, {"a": 1}).payload == {"a": 1}
        assert client("dynamodb").scan(TableName=self.table)["Count"] == 1
        assert client("s3").get_object(Bucket="kept", Key="small")["Body"].read() == b"small"
        large = client("s3").get_object(Bucket="kept", Key="large")["Body"].read()
        assert large == b"x" * 1_000_000
        assert parameter(after, "/kept") == "yes"
        assert client("kms").decrypt(CiphertextBlob=self.secret)["Plaintext"] == b"s"
        self._look_at_messages(after)
        self._look_at_logs(after)
        assert self._status(after) == "SUCCEEDED"
        history = client("stepfunctions").get_execution_history(executionArn=self.execution)
        assert history["events"][-1]["type"] == "ExecutionSucceeded"

    def _look_at_messages(self, after: Cloud) -> None:
        assert self._bodies(after) == ["waiting"]
        after.client("sns").publish(TopicArn=self.topic, Message="published")
        assert "published" in self._bodies(after)[0]
        event = {"Source": "test", "DetailType": "kept", "Detail": "{}", "EventBusName": "kept"}
        after.client("events").put_events(Entries=[event])
        assert '"detail-type":"kept"' in self._bodies(after)[0].replace(" ", "")
        assert "kept" in json.dumps(after.mails())

    def _bodies(self, after: Cloud) -> list[str]:
        found = after.client("sqs").receive_message(QueueUrl=self.queue, WaitTimeSeconds=10)
        return [message["Body"] for message in found.get("Messages", [])]

    def _look_at_logs(self, after: Cloud) -> None:
        logs = after.client("logs")
        events = logs.get_log_events(logGroupName="kept", logStreamName="kept")["events"]
        assert [event["message"] for event in events] == ["kept"]
        assert logs.describe_query_definitions()["queryDefinitions"][0]["name"] == "kept"
        metrics = after.client("cloudwatch").list_metrics(Namespace="Kept")["Metrics"]
        assert [metric["MetricName"] for metric in metrics] == ["kept"]


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
    cloud.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "before"}})
    assert _next_body(cloud, queue) == "before"
    after = restarted(own)
    after.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "after"}})
    assert _next_body(after, queue) == "after"


def _next_body(cloud: Cloud, queue: str) -> str:
    sqs = cloud.client("sqs")
    found = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=found[0]["ReceiptHandle"])
    return str(found[0]["Body"])


def test_a_start_says_what_it_has_loaded(own: Emulator) -> None:
    put(Cloud(own.endpoint), "/a", "1")
    assert own.state == {"restored": False, "saved_at": None, "refused": None}
    process.stop()
    started = process.start(own.port)
    assert started.state["restored"]
    assert started.state["saved_at"].endswith("Z")
    assert process.start().state == started.state


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
    started = process.start(own.port)
    assert "cannot be loaded" in started.state["refused"]
    after = Cloud(started.endpoint)
    assert parameter(after, "/a") == "1"
    assert not after.client("s3").list_objects_v2(Bucket="one").get("Contents")


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


def test_without_state_nothing_is_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALSTACK_HOST_STATE", "off")
    started = process.start(ports.any_free())
    put(Cloud(started.endpoint), "/a", "1")
    assert not process.stop().not_saved
    assert not (home / "state").exists()


def test_without_fork_a_stop_saves(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALSTACK_HOST_PORTABLE", "1")
    started = process.start(ports.any_free())
    put(Cloud(started.endpoint), "/a", "1")
    assert parameter(restarted(started), "/a") == "1"

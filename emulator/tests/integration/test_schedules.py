"""Schedules invoke their targets: each kind, as its role may, with retries and dead letters."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localstack_host.host import ports, process
from localstack_host.host.service_selection import VARIABLE
from tests.integration.conftest import Cloud, document
from tests.integration.roles import ACCOUNT, REGION, Role, allow
from tests.integration.schedules import SERVICE, Fifo, Schedules, at
from tests.integration.simultaneous import at_once
from tests.integration.state_machines import machine
from tests.integration.test_permissions import arn
from tests.integration.waiting import wait_for

pytestmark = pytest.mark.exhaustive

GROUP = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group"
ECHO = """
import boto3, json, os
def handle(event, context):
    queue = boto3.client("sqs")
    queue.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(event))
"""


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[process.Emulator]:
    """An emulator with Scheduler, which is no default service."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("LOCALSTACK_HOST_HOME", str(tmp_path_factory.mktemp("home")))
        patched.setenv(VARIABLE, "scheduler")
        yield process.start(ports.any_free())
        process.stop()


@pytest.fixture
def cloud(emulator: process.Emulator) -> Iterator[Cloud]:
    cloud = Cloud(emulator.endpoint)
    yield cloud
    cloud.remove()


def test_a_time_comes_once_with_the_context_and_then_the_schedule_is_deleted(cloud: Cloud) -> None:
    schedules = Schedules(cloud)
    context = ("schedule-arn", "scheduled-time", "execution-id", "attempt-number")
    text = " ".join(f"<aws.scheduler.{name}>" for name in context)
    expression = at(2)
    name = schedules.create(expression, {"Input": text}, ActionAfterCompletion="DELETE")
    assert schedules.exists(name)
    schedule, scheduled, execution, attempt = schedules.target.first()["Body"].split()
    assert schedule == arn("scheduler", f"schedule/default/{name}")
    assert f"at({scheduled.removesuffix('Z')})" == expression
    assert len(execution) == 16
    assert attempt == "1"
    wait_for(lambda: not schedules.exists(name), "the schedule is still there")


def test_a_rate_begins_at_once_and_a_queue_without_input_gets_an_event(cloud: Cloud) -> None:
    schedules = Schedules(cloud)
    name = schedules.create("rate(1 minute)")
    event = json.loads(schedules.target.first()["Body"])
    assert (event["source"], event["detail-type"]) == ("aws.scheduler", "Scheduled Event")
    assert event["resources"] == [arn("scheduler", f"schedule/default/{name}")]
    schedules.client.delete_schedule(Name=name)


def test_a_disabled_schedule_waits_and_one_whose_time_has_passed_invokes_when_enabled(
    cloud: Cloud,
) -> None:
    schedules, expression = Schedules(cloud), at(-3600)
    name = schedules.create(expression, {"Input": "late"}, State="DISABLED")
    schedules.create(at(0), {"Input": "other"})
    assert schedules.target.first()["Body"] == "other"
    assert schedules.target.take() == []
    request = schedules.described(name, expression, {"Input": "late"}, State="ENABLED")
    schedules.client.update_schedule(**request)
    assert schedules.target.first()["Body"] == "late"
    assert schedules.client.get_schedule(Name=name)["State"] == "ENABLED"


def test_an_update_moves_the_next_invocation(cloud: Cloud) -> None:
    schedules = Schedules(cloud)
    name = schedules.create(at(3600), {"Input": "first"})
    schedules.client.update_schedule(**schedules.described(name, at(0), {"Input": "second"}))
    assert schedules.target.first()["Body"] == "second"


def test_a_schedule_starts_with_its_first_date_and_ends_with_its_last(cloud: Cloud) -> None:
    schedules, now = Schedules(cloud), datetime.now(UTC)
    name = schedules.create(
        "rate(1 minute)",
        StartDate=now + timedelta(seconds=2),
        EndDate=now + timedelta(seconds=30),
        ActionAfterCompletion="DELETE",
    )
    event = json.loads(schedules.target.first()["Body"])
    assert event["time"] >= f"{now + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"
    wait_for(lambda: not schedules.exists(name), "the schedule is still there")


def test_of_many_requests_of_a_name_one_creates_the_schedule(cloud: Cloud) -> None:
    schedules = Schedules(cloud)
    for number in range(5):
        request = schedules.described(f"once-{number}", at(3600), {"Input": "once"})
        responses = at_once(*[lambda r=request: schedules.client.create_schedule(**r)] * 8)
        assert responses.count("ConflictException") == 7, responses


def test_a_group_has_its_schedules_and_takes_them_along(cloud: Cloud) -> None:
    schedules, group = Schedules(cloud), f"group-{uuid.uuid4().hex[:8]}"
    schedules.client.create_schedule_group(Name=group)
    with pytest.raises(ClientError, match=f"Schedule group {group} already exists."):
        schedules.client.create_schedule_group(Name=group)
    text = "<aws.scheduler.schedule-arn>"
    name = schedules.create(at(0), {"Input": text}, GroupName=group)
    assert schedules.target.first()["Body"] == arn("scheduler", f"schedule/{group}/{name}")
    schedules.client.delete_schedule_group(Name=group)
    with pytest.raises(schedules.client.exceptions.ResourceNotFoundException):
        schedules.client.get_schedule(Name=name, GroupName=group)


def test_a_fifo_queue_gets_the_group_of_the_message(cloud: Cloud) -> None:
    schedules, fifo = Schedules(cloud), Fifo(cloud)
    parameters = {"SqsParameters": {"MessageGroupId": "orders"}}
    schedules.create(at(0), {"Arn": fifo.arn, "Input": "in order", **parameters})
    message = fifo.first()
    assert (message["Body"], message["Attributes"]["MessageGroupId"]) == ("in order", "orders")


def test_a_function_is_invoked(cloud: Cloud) -> None:
    schedules = Schedules(cloud)
    name = cloud.function(ECHO, Environment={"Variables": {"QUEUE": schedules.target.url}})
    target = {"Arn": arn("lambda", f"function:{name}"), "Input": '{"order": 1}'}
    schedules.create(at(0), target)
    assert json.loads(schedules.target.first()["Body"]) == {"order": 1}


def test_a_topic_is_published_to(cloud: Cloud) -> None:
    schedules, sns = Schedules(cloud), cloud.client("sns")
    topic = sns.create_topic(Name=f"probe-{uuid.uuid4().hex[:8]}")["TopicArn"]
    schedules.target.trust("sns", topic)
    raw = {"RawMessageDelivery": "true"}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=schedules.target.arn, Attributes=raw)
    schedules.create(at(0), {"Arn": topic, "Input": "news"})
    assert schedules.target.first()["Body"] == "news"


def test_a_workflow_is_started(cloud: Cloud) -> None:
    schedules, states = Schedules(cloud), cloud.client("stepfunctions")
    workflow = machine(cloud, {"Pass": {"Type": "Pass", "End": True}})
    schedules.create(at(0), {"Arn": workflow, "Input": '{"order": 1}'})

    def executions() -> list[Any]:
        return list(states.list_executions(stateMachineArn=workflow)["executions"])

    wait_for(executions, "no execution was started")
    execution = states.describe_execution(executionArn=executions()[0]["executionArn"])
    assert json.loads(execution["input"]) == {"order": 1}


def test_a_bus_gets_an_event_with_source_and_type(cloud: Cloud) -> None:
    schedules, events = Schedules(cloud), cloud.client("events")
    source = f"shop-{uuid.uuid4().hex[:8]}"
    rule = events.put_rule(Name=source, EventPattern=json.dumps({"source": [source]}))["RuleArn"]
    schedules.target.trust("events", rule)
    events.put_targets(Rule=source, Targets=[{"Id": "queue", "Arn": schedules.target.arn}])
    bus = {
        "Arn": arn("events", "event-bus/default"),
        "Input": '{"order": 1}',
        "EventBridgeParameters": {"Source": source, "DetailType": "due"},
    }
    schedules.create(at(0), bus)
    event = json.loads(schedules.target.first()["Body"])
    assert (event["source"], event["detail-type"]) == (source, "due")
    assert event["detail"] == {"order": 1}


@pytest.mark.parametrize("casing", [str, str.lower], ids=["as botocore", "small"])
def test_any_operation_of_a_service_is_called(cloud: Cloud, casing: Any) -> None:
    schedules, ssm = Schedules(cloud), cloud.client("ssm")
    name = f"/probe/{uuid.uuid4().hex[:8]}"
    request = {"Name": name, "Value": "<aws.scheduler.attempt-number>", "Type": "String"}
    named = {casing(key): value for key, value in request.items()}
    target = {"Arn": "arn:aws:scheduler:::aws-sdk:ssm:putParameter", "Input": json.dumps(named)}
    schedules.create(at(0), target)

    def value() -> str:
        try:
            return str(ssm.get_parameter(Name=name)["Parameter"]["Value"])
        except ssm.exceptions.ParameterNotFound:
            return ""

    wait_for(value, "the parameter was not put")
    assert value() == "1"


def test_what_the_role_may_not_do_is_a_dead_letter_at_once(cloud: Cloud) -> None:
    schedules = Schedules(cloud, allow("sqs:SendMessage", arn("sqs", "*")))
    target = arn("sns", "nobodys")
    name = schedules.create(at(0), {"Arn": target, "Input": "news"})
    body, attributes = schedules.dead.letter()
    assert json.loads(body) == {"TopicArn": target, "Message": "news"}
    assert "is not authorized to perform: SNS:Publish" in attributes.pop("ERROR_MESSAGE")
    assert len(attributes.pop("EXECUTION_ID")) == 16
    assert attributes.pop("SCHEDULED_TIME").endswith("Z")
    assert attributes == {
        "ERROR_CODE": "AuthorizationError",
        "IS_PAYLOAD_TRUNCATED": "false",
        "RETRY_ATTEMPTS": "0",
        "SCHEDULE_ARN": arn("scheduler", f"schedule/default/{name}"),
        "TARGET_ARN": "arn:aws:scheduler:::aws-sdk:sns:publish",
    }


def test_what_is_not_there_is_a_dead_letter_with_the_services_words(cloud: Cloud) -> None:
    schedules = Schedules(cloud)
    schedules.create(at(0), {"Arn": arn("sqs", "nobodys"), "Input": "lost"})
    body, attributes = schedules.dead.letter()
    assert json.loads(body)["MessageBody"] == "lost"
    assert attributes["ERROR_CODE"] == "AWS.SimpleQueueService.NonExistentQueue"


def test_invocations_are_counted_for_all_and_for_their_group(cloud: Cloud) -> None:
    schedules, group = Schedules(cloud), f"group-{uuid.uuid4().hex[:8]}"
    schedules.client.create_schedule_group(Name=group)
    schedules.create(at(0), {"Arn": arn("sqs", "nobodys"), "Input": "lost"}, GroupName=group)
    schedules.dead.letter()
    metrics = cloud.client("cloudwatch")

    def counted() -> dict[str, float]:
        found = {}
        for name in ("InvocationAttemptCount", "TargetErrorCount", "InvocationDroppedCount"):
            points = metrics.get_metric_statistics(
                Namespace="AWS/Scheduler",
                MetricName=name,
                Dimensions=[{"Name": "ScheduleGroup", "Value": group}],
                StartTime=datetime.now(UTC) - timedelta(minutes=5),
                EndTime=datetime.now(UTC) + timedelta(minutes=1),
                Period=3600,
                Statistics=["Sum"],
            )["Datapoints"]
            if points:
                found[name] = points[0]["Sum"]
        return found

    wait_for(lambda: len(counted()) == 3, "the metrics are not there")
    assert set(counted().values()) == {1.0}
    names = {m["MetricName"] for m in metrics.list_metrics(Namespace="AWS/Scheduler")["Metrics"]}
    assert "InvocationsSentToDeadLetterCount" in names


def test_a_role_has_to_let_scheduler_assume_it_for_its_group(cloud: Cloud) -> None:
    schedules = Schedules(cloud)
    message = "The execution role you provide must allow AWS EventBridge Scheduler to assume the"
    for role in (cloud.role(), f"arn:aws:iam::{ACCOUNT}:role/nobodys"):
        with pytest.raises(ClientError, match=message):
            schedules.create(at(60), {"RoleArn": role})
    for group, trusted in (("default", True), ("other", False)):
        schedules.role = cloud.role(Service=SERVICE)
        trust = allow("sts:AssumeRole") | {"Principal": {"Service": SERVICE}}
        trust.pop("Resource")
        trust["Condition"] = {
            "StringEquals": {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": f"{GROUP}/{group}"}
        }
        cloud.client("iam").update_assume_role_policy(
            RoleName=schedules.role.rpartition("/")[2], PolicyDocument=document(trust)
        )
        if trusted:
            schedules.create(at(0), {"Input": "trusted"})
            assert schedules.target.first()["Body"] == "trusted"
        else:
            with pytest.raises(ClientError, match=message):
                schedules.create(at(60))


def test_a_caller_needs_the_schedule_and_may_pass_its_role(cloud: Cloud) -> None:
    schedules, caller = Schedules(cloud), Role(cloud)
    client = caller.client("scheduler")
    request = schedules.described(f"probe-{uuid.uuid4().hex[:8]}", at(3600))
    created = allow("scheduler:CreateSchedule", arn("scheduler", "schedule/default/probe-*"))
    for statements in ([], [created], [allow("iam:PassRole", schedules.role)]):
        caller.may(*statements)
        with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
            client.create_schedule(**request)
    caller.may(created, allow("iam:PassRole", schedules.role))
    client.create_schedule(**request)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"ScheduleExpression": "rate(0 minutes)"}, "Invalid Schedule Expression rate(0 minutes)."),
        ({"ScheduleExpressionTimezone": "Mars/Olympus"}, "Timezone Mars/Olympus"),
        ({"GroupName": "nobodys"}, "Schedule group nobodys does not exist."),
        ({"Name": "a b"}, "Value 'a b' at 'name' failed to satisfy constraint"),
    ],
)
def test_a_schedule_that_is_none_is_refused(
    cloud: Cloud, changed: dict[str, Any], message: str
) -> None:
    schedules = Schedules(cloud)
    with pytest.raises(ClientError) as refused:
        schedules.client.create_schedule(**schedules.described("probe", at(60)) | changed)
    assert message in refused.value.response["Error"]["Message"]


def test_a_name_is_taken_once_and_a_request_may_be_sent_twice(cloud: Cloud) -> None:
    schedules, name = Schedules(cloud), f"probe-{uuid.uuid4().hex[:8]}"
    request = schedules.described(name, at(3600), ClientToken="token")
    first = schedules.client.create_schedule(**request)
    assert schedules.client.create_schedule(**request)["ScheduleArn"] == first["ScheduleArn"]
    with pytest.raises(schedules.client.exceptions.ConflictException) as refused:
        schedules.client.create_schedule(**request | {"ClientToken": "other"})
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_schedules_survive_a_restart_and_what_was_missed_comes(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "scheduler")
    emulator = process.start(ports.any_free())
    schedules = Schedules(Cloud(emulator.endpoint))
    expression = at(5)
    missed = schedules.create(expression, {"Input": "missed"}, ActionAfterCompletion="DELETE")
    later = schedules.create("cron(0 8 1 1 ? *)", {"Input": "later"})
    done = schedules.create(at(-60), {"Input": "done"})
    assert schedules.target.first()["Body"] == "done"
    process.stop()
    wait_for(lambda: at(0) > expression, "the time has not passed")
    process.start(emulator.port)
    assert schedules.target.first()["Body"] == "missed"
    wait_for(lambda: not schedules.exists(missed), "the schedule is still there")
    assert schedules.exists(later)
    assert schedules.exists(done)
    assert schedules.target.take() == []

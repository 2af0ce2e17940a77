"""What EventBridge refuses of targets and of the sources of events."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.integration.conftest import Cloud
from tests.integration.state_machines import machine
from tests.integration.test_permissions import arn, refusal
from tests.integration.test_permissions_of_services import Queue
from tests.integration.waiting import wait_for

QUEUE = arn("sqs", "queue")
BUCKET, TABLE = "arn:aws:s3:::bucket", arn("dynamodb", "table/t")
STATES = arn("states", "stateMachine:m")
SYNTAX = "Reason: Provided Arn is not in correct format."
ONE_INPUT = "Only one of Input, InputPath, or InputTransformer must be provided for target 1."


def transformed(template: str, **paths: str) -> dict[str, Any]:
    paths = paths or {"a": "$.detail.a"}
    return {"InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}}


# Settings of a target, and a part of the message.
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"Arn": "arn:aws:foo"}, f"Parameter arn:aws:foo is not valid. {SYNTAX}"),
    ({"Arn": "queue"}, f"Parameter queue is not valid. {SYNTAX}"),
    ({"Arn": BUCKET}, f"Parameter {BUCKET} is not valid. {SYNTAX}"),
    ({"Arn": TABLE}, f"Parameter {TABLE} is not valid. {SYNTAX}"),
    ({"Arn": arn("codebuild", "project/p")}, "This emulator sends no events to targets of"),
    ({"Arn": STATES}, f"RoleArn is required for target {STATES}."),
    ({"Arn": arn("kinesis", "stream/s")}, "RoleArn is required for target arn:aws:kinesis"),
    ({"Input": "abc"}, "JSON syntax error in input for target 1:"),
    ({"Input": "{'a': 1}"}, "JSON syntax error in input for target 1:"),
    ({"Input": "{}", "InputPath": "$.detail"}, ONE_INPUT),
    ({"Input": "{}", **transformed('"<a>"')}, ONE_INPUT),
    ({"InputPath": "$.detail", **transformed('"<a>"')}, ONE_INPUT),
    (transformed('{"z": '), "Invalid InputTemplate for target 1 :"),
    (transformed('{"z": "<a>}'), "Invalid InputTemplate for target 1 :"),
    (transformed('"<b>"'), "InputTemplate for target 1 contains invalid placeholder b."),
    (transformed('"<aws.x>"'), "contains invalid placeholder aws.x."),
    (transformed('"<aws.x>"', **{"aws.x": "$.id"}), "Map keys must satisfy constraint"),
    (
        {"RetryPolicy": {"MaximumRetryAttempts": 186}},
        "1 validation error detected: Value '186' at"
        " 'targets.1.member.retryPolicy.maximumRetryAttempts' failed to satisfy constraint:"
        " Member must have value less than or equal to 185",
    ),
    ({"RetryPolicy": {"MaximumEventAgeInSeconds": 86401}}, "less than or equal to 86400"),
    ({"Id": "a b"}, "at 'targets.1.member.id' failed to satisfy constraint"),
]
RIGHT: list[dict[str, Any]] = [
    {"Input": '"text"'},
    {"InputPath": "$.detail"},
    {"RetryPolicy": {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 60}},
    {"Arn": STATES, "RoleArn": "arn:aws:iam::000000000000:role/r"},
    transformed('{"a": <a>, "b": "of <a>", "c": [<a>], "d": <aws.events.event.json>}'),
    transformed('"<a> in\\"quotes\\""\n"and <aws.events.rule-name>"'),
    transformed("<aws.events.event>"),
]


class Rule:
    """A rule for the events of one source."""

    def __init__(self, cloud: Cloud) -> None:
        self.client, self.name = cloud.client("events"), f"probe-{uuid.uuid4().hex[:8]}"
        self.pattern(source=[self.name])
        self.arn = arn("events", f"rule/{self.name}")

    def pattern(self, **pattern: Any) -> None:
        self.client.put_rule(Name=self.name, EventPattern=json.dumps(pattern))

    def put(self, *targets: dict[str, Any]) -> Any:
        return self.client.put_targets(Rule=self.name, Targets=list(targets))

    def targets(self) -> list[dict[str, Any]]:
        return list(self.client.list_targets_by_rule(Rule=self.name)["Targets"])

    def remove(self) -> None:
        if ids := [target["Id"] for target in self.targets()]:
            self.client.remove_targets(Rule=self.name, Ids=ids)
        self.client.delete_rule(Name=self.name)


@pytest.fixture
def rule(cloud: Cloud) -> Iterator[Rule]:
    rule = Rule(cloud)
    yield rule
    rule.remove()


def test_targets_that_are_wrong_are_refused_and_none_is_stored(rule: Rule) -> None:
    right = {"Id": "right", "Arn": QUEUE}
    for settings, message in WRONG:
        wrong = {"Id": "1", "Arn": QUEUE} | settings
        code, said, _ = refusal(partial(rule.put, wrong, right))
        assert (code, message in said) == ("ValidationException", True), (settings, said)
        assert rule.targets() == []


def test_targets_that_are_right_are_stored(rule: Rule) -> None:
    for settings in RIGHT:
        target = {"Id": "1", "Arn": QUEUE} | settings
        assert rule.put(target)["FailedEntryCount"] == 0
        assert rule.targets() == [target]


def test_a_sixth_target_is_refused_with_those_beside_it(rule: Rule) -> None:
    six = [{"Id": str(number), "Arn": QUEUE} for number in range(6)]
    assert refusal(partial(rule.put, *six))[0] == "LimitExceededException"
    assert rule.targets() == []
    rule.put(*six[:5])
    rule.put(*six[2:5])
    assert refusal(partial(rule.put, *six[4:]))[0] == "LimitExceededException"
    assert len(rule.targets()) == 5


def test_of_several_targets_one_that_fails_is_not_stored(rule: Rule) -> None:
    fifo = {"Id": "fifo", "Arn": f"{QUEUE}.fifo"}
    response = rule.put(fifo, {"Id": "right", "Arn": QUEUE})
    assert [entry["TargetId"] for entry in response["FailedEntries"]] == ["fifo"]
    assert [target["Id"] for target in rule.targets()] == ["right"]


REFUSED = "NotAuthorizedForSourceException"


def test_the_events_of_services_are_put_by_services_only(cloud: Cloud, rule: Rule) -> None:
    queue, entry = Queue(cloud), {"DetailType": "d", "Detail": "{}"}
    rule.pattern(source=[rule.name, "aws.s3"])
    queue.trust("events", rule.arn)
    rule.put({"Id": "1", "Arn": queue.arn})
    sources = ("aws.s3", rule.name, "aws.")
    response = rule.client.put_events(Entries=[entry | {"Source": each} for each in sources])
    assert response["FailedEntryCount"] == 2
    first, second, third = response["Entries"]
    assert (
        first
        == third
        == {
            "ErrorCode": REFUSED,
            "ErrorMessage": "Not authorized for the source.",
        }
    )
    assert second["EventId"]
    wait_for(queue.bodies, "the other entry has not come")
    assert [json.loads(body)["source"] for body in queue.bodies()] == [rule.name]


def test_a_workflow_cannot_put_the_events_of_a_service(cloud: Cloud) -> None:
    client = cloud.client("stepfunctions")
    entry = {"Source": "aws.s3", "DetailType": "d", "Detail": {}}
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::events:putEvents",
        "Parameters": {"Entries": [entry]},
        "End": True,
    }
    started = client.start_execution(stateMachineArn=machine(cloud, {"Put": task}))
    execution = started["executionArn"]

    def describe() -> dict[str, Any]:
        return dict(client.describe_execution(executionArn=execution))

    wait_for(lambda: describe()["status"] != "RUNNING", "the execution does not end")
    assert describe()["status"] == "FAILED"
    assert REFUSED in describe()["cause"]


def test_events_of_services_come_and_are_forwarded(cloud: Cloud, rule: Rule) -> None:
    """S3's to the default bus, from there to another bus, and from there to a queue."""
    s3, events, queue = cloud.client("s3"), rule.client, Queue(cloud)
    bus = events.create_event_bus(Name=rule.name)["EventBusArn"]
    pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": [rule.name]}}}
    rule.pattern(**pattern)
    events.put_rule(Name=rule.name, EventBusName=rule.name, EventPattern=json.dumps(pattern))
    queue.trust("events", arn("events", f"rule/{rule.name}/{rule.name}"))
    target = {"Id": "1", "Arn": queue.arn}
    events.put_targets(Rule=rule.name, EventBusName=rule.name, Targets=[target])
    role = cloud.role(Service="events.amazonaws.com")
    rule.put({"Id": "bus", "Arn": bus, "RoleArn": role})
    place = {"CreateBucketConfiguration": {"LocationConstraint": "us-east-2"}}
    s3.create_bucket(Bucket=rule.name, **place)
    s3.put_bucket_notification_configuration(
        Bucket=rule.name, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    s3.put_object(Bucket=rule.name, Key="key", Body=b"")
    wait_for(queue.bodies, "the event has not come")
    event = json.loads(queue.bodies()[0])
    assert (event["source"], event["detail-type"]) == ("aws.s3", "Object Created")
    s3.delete_object(Bucket=rule.name, Key="key")
    s3.delete_bucket(Bucket=rule.name)

"""Events that a target does not take wait in its dead-letter queue, with the reason."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.conftest import Cloud
from tests.integration.state_machines import machine
from tests.integration.test_permissions import arn
from tests.integration.test_permissions_of_services import Queue
from tests.integration.waiting import wait_for


class Rule:
    """A rule with one target, and a dead-letter queue that lets the rule in."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud, self.client = cloud, cloud.client("events")
        self.name = f"probe-{uuid.uuid4().hex[:8]}"
        pattern = json.dumps({"source": [self.name]})
        self.arn = self.client.put_rule(Name=self.name, EventPattern=pattern)["RuleArn"]
        self.dead_letters = Queue(cloud)
        self.dead_letters.trust("events", self.arn)

    def target(self, target: str, **settings: Any) -> None:
        dead_letters = {"DeadLetterConfig": {"Arn": self.dead_letters.arn}}
        described = {"Id": "target", "Arn": target, **dead_letters, **settings}
        self.client.put_targets(Rule=self.name, Targets=[described])

    def put(self) -> None:
        entry = {"Source": self.name, "DetailType": "placed", "Detail": '{"order": 1}'}
        self.client.put_events(Entries=[entry])

    def dead_letter(self) -> tuple[dict[str, Any], dict[str, str]]:
        """Body and attributes of the one message in the dead-letter queue."""

        def messages() -> list[Any]:
            got = self.dead_letters.client.receive_message(
                QueueUrl=self.dead_letters.url, MessageAttributeNames=["All"], VisibilityTimeout=0
            )
            return list(got.get("Messages", []))

        wait_for(messages, "no dead letter has come")
        (message,) = messages()
        named = {name: a["StringValue"] for name, a in message["MessageAttributes"].items()}
        return json.loads(message["Body"]), named

    def remove(self) -> None:
        self.client.remove_targets(Rule=self.name, Ids=["target"])
        self.client.delete_rule(Name=self.name)


@pytest.fixture
def rule(cloud: Cloud) -> Iterator[Rule]:
    rule = Rule(cloud)
    yield rule
    rule.remove()


def test_what_a_queue_refuses_is_a_dead_letter_at_once_as_it_was_put(
    rule: Rule, cloud: Cloud
) -> None:
    closed = Queue(cloud)
    rule.target(closed.arn, InputPath="$.detail")
    rule.put()
    event, attributes = rule.dead_letter()
    assert (event["source"], event["detail"]) == (rule.name, {"order": 1})
    assert "event-bus-name" not in event
    message = attributes.pop("ERROR_MESSAGE")
    assert "is not authorized to perform: sqs:sendmessage" in message
    assert attributes == {
        "RULE_ARN": rule.arn,
        "TARGET_ARN": closed.arn,
        "ERROR_CODE": "NO_PERMISSIONS",
    }


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("sqs:nobodys", "NO_RESOURCE"),
        ("states:stateMachine:nobodys", "FAILED_TO_ASSUME_ROLE"),
    ],
)
def test_a_target_that_is_not_there_says_why(rule: Rule, target: str, code: str) -> None:
    service, _, name = target.partition(":")
    role = {"RoleArn": "arn:aws:iam::000000000000:role/nobodys"} if service == "states" else {}
    rule.target(arn(service, name), **role)
    rule.put()
    assert rule.dead_letter()[1]["ERROR_CODE"] == code


def test_a_queue_that_does_not_let_the_rule_gets_no_dead_letters(rule: Rule, cloud: Cloud) -> None:
    other, good = Queue(cloud), Queue(cloud)
    rule.dead_letters.trust("events", f"{rule.arn}-other")
    rule.target(other.arn)
    good.trust("events", rule.arn)
    rule.put()
    rule.target(good.arn)
    rule.put()
    wait_for(good.bodies, "the second event has not come")
    assert rule.dead_letters.bodies() == []


@pytest.mark.parametrize(
    ("settings", "given"),
    [
        ({"InputPath": "$.detail"}, {"order": 1}),
        ({"Input": '{"always": "this"}'}, {"always": "this"}),
        (
            {
                "InputTransformer": {
                    "InputPathsMap": {"d": "$.detail"},
                    "InputTemplate": '{"in":<d>}',
                }
            },
            {"in": {"order": 1}},
        ),
    ],
)
def test_an_execution_starts_with_an_input_that_is_no_event(
    cloud: Cloud, settings: dict[str, Any], given: dict[str, Any]
) -> None:
    client = cloud.client("stepfunctions")
    started = machine(cloud, {"Pass": {"Type": "Pass", "End": True}})
    rule = Rule(cloud)
    rule.target(started, RoleArn=cloud.role(Service="events.amazonaws.com"), **settings)
    rule.put()

    def executions() -> list[dict[str, Any]]:
        return list(client.list_executions(stateMachineArn=started)["executions"])

    wait_for(lambda: bool(executions()), "it has not started")
    told = client.describe_execution(executionArn=executions()[0]["executionArn"])
    assert json.loads(told["input"]) == given
    client.delete_state_machine(stateMachineArn=started)

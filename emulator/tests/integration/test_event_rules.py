"""What EventBridge says of rules that cannot be, and what their targets receive."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.integration.conftest import Cloud
from tests.integration.test_permissions import refusal
from tests.integration.test_permissions_of_services import Queue
from tests.integration.waiting import wait_for

NOT_A_LIST = 'Event pattern is not valid. Reason: "source" must be an object or an array'


def test_a_pattern_is_checked_before_it_is_stored(cloud: Cloud) -> None:
    events, name = cloud.client("events"), f"probe-{uuid.uuid4().hex[:8]}"
    pattern = json.dumps({"source": "shop"})
    bus = events.describe_event_bus()["Arn"]
    archive = {"ArchiveName": name, "EventSourceArn": bus, "EventPattern": pattern}
    for operation, asked in (
        (events.put_rule, {"Name": name, "EventPattern": pattern}),
        (events.create_archive, archive),
        (events.test_event_pattern, {"EventPattern": pattern, "Event": "{}"}),
    ):
        assert refusal(operation, **asked)[:2] == ("InvalidEventPatternException", NOT_A_LIST)
    assert events.list_rules(NamePrefix=name)["Rules"] == []


def test_a_rule_has_a_name(cloud: Cloud) -> None:
    asked = {"Name": "a b", "EventPattern": '{"source": ["shop"]}'}
    code, said, _ = refusal(cloud.client("events").put_rule, **asked)
    assert code == "ValidationException"
    assert said == (
        "1 validation error detected: Value 'a b' at 'name' failed to satisfy constraint: Member"
        r" must satisfy regular expression pattern: [\.\-_A-Za-z0-9]+"
    )


def test_a_permission_is_that_of_the_default_bus_if_none_is_named(cloud: Cloud) -> None:
    events, statement = cloud.client("events"), f"probe-{uuid.uuid4().hex[:8]}"
    events.put_permission(
        Action="events:PutEvents", Principal="111122223333", StatementId=statement
    )
    assert statement in events.describe_event_bus(Name="default")["Policy"]
    events.remove_permission(StatementId=statement)
    assert statement not in events.describe_event_bus(Name="default").get("Policy", "")


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('"order <id> costs <total>"', "order 7 costs 61.99"),
        ('{"total": <total>, "discount": <discount>}', {"total": 61.99, "discount": 0}),
    ],
)
def test_a_target_receives_what_its_transformer_says(
    cloud: Cloud, template: str, expected: Any
) -> None:
    events, queue, name = cloud.client("events"), Queue(cloud), f"probe-{uuid.uuid4().hex[:8]}"
    rule = events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))["RuleArn"]
    queue.trust("events", rule)
    paths = {each: f"$.detail.{each}" for each in ("id", "total", "discount")}
    transformer = {"InputPathsMap": paths, "InputTemplate": template}
    target = {"Id": "queue", "Arn": queue.arn, "InputTransformer": transformer}
    events.put_targets(Rule=name, Targets=[target])
    detail = json.dumps({"id": 7, "total": 61.99, "discount": 0})
    events.put_events(Entries=[{"Source": name, "DetailType": "placed", "Detail": detail}])

    def messages() -> list[Any]:
        asked = {"QueueUrl": queue.url, "VisibilityTimeout": 0}
        return list(queue.client.receive_message(**asked).get("Messages", []))

    wait_for(messages, "the target has received nothing")
    assert json.loads(messages()[0]["Body"]) == expected
    events.remove_targets(Rule=name, Ids=["queue"])
    events.delete_rule(Name=name)

"""Archived events are replayed to the rules of their bus."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.conftest import Cloud
from tests.integration.test_permissions import refusal
from tests.integration.test_permissions_of_services import Queue
from tests.integration.waiting import wait_for

HOUR = timedelta(hours=1)
DETAIL = {"order": 1, "total": 61.99, "lines": [{"sku": "a"}, None], "text": "ä\n"}


class Archive:
    """A bus with an archive of the events of a source, and rules with a queue each."""

    def __init__(self, cloud: Cloud, pattern: dict[str, Any] | None = None) -> None:
        self.cloud, self.client = cloud, cloud.client("events")
        self.name = f"probe-{uuid.uuid4().hex[:8]}"
        self.bus = self.client.create_event_bus(Name=self.name)["EventBusArn"]
        only = {"EventPattern": json.dumps(pattern)} if pattern else {}
        self.arn = self.client.create_archive(
            ArchiveName=self.name, EventSourceArn=self.bus, **only
        )["ArchiveArn"]

    def rule(self, name: str) -> tuple[str, Queue]:
        """A rule for all events but those of the source `other`, and its queue."""
        queue = Queue(self.cloud)
        pattern = json.dumps({"source": [{"anything-but": "other"}]})
        arn = self.client.put_rule(Name=name, EventBusName=self.name, EventPattern=pattern)[
            "RuleArn"
        ]
        queue.trust("events", arn)
        target = {"Id": "queue", "Arn": queue.arn}
        self.client.put_targets(Rule=name, EventBusName=self.name, Targets=[target])
        return arn, queue

    def put(self, source: str, detail: Any = DETAIL, **entry: Any) -> None:
        named = {"Source": source, "DetailType": "placed", "EventBusName": self.name}
        self.client.put_events(Entries=[named | {"Detail": json.dumps(detail)} | entry])

    def wait_for_events(self, number: int) -> None:
        describe = self.client.describe_archive
        wait_for(
            lambda: describe(ArchiveName=self.name)["EventCount"] == number,
            f"the archive does not have {number} events",
        )

    def replay(self, earliest: datetime, latest: datetime, *rules: str) -> dict[str, Any]:
        """Replays to all rules or those that are named. Returns the replay that has ended."""
        name = f"probe-{uuid.uuid4().hex[:8]}"
        response = self.client.start_replay(**self.request(name, earliest, latest, *rules))
        assert response["State"] == "STARTING"
        wait_for(
            lambda: self.client.describe_replay(ReplayName=name)["State"] == "COMPLETED",
            "the replay does not end",
        )
        return dict(self.client.describe_replay(ReplayName=name))

    def request(
        self, name: str, earliest: datetime, latest: datetime, *rules: str
    ) -> dict[str, Any]:
        filters = {"FilterArns": list(rules)} if rules else {}
        return {
            "ReplayName": name,
            "EventSourceArn": self.arn,
            "EventStartTime": earliest,
            "EventEndTime": latest,
            "Destination": {"Arn": self.bus} | filters,
        }


def received(queue: Queue, number: int) -> list[dict[str, Any]]:
    """The events in a queue, which are deleted, when there are so many."""
    events: list[dict[str, Any]] = []

    def complete() -> bool:
        got = queue.client.receive_message(QueueUrl=queue.url, MaxNumberOfMessages=10)
        for message in got.get("Messages", []):
            events.append(json.loads(message["Body"]))
            handle = message["ReceiptHandle"]
            queue.client.delete_message(QueueUrl=queue.url, ReceiptHandle=handle)
        return len(events) >= number

    wait_for(complete, f"{number} events have not come")
    return events


@pytest.fixture
def archive(cloud: Cloud) -> Archive:
    return Archive(cloud)


def test_an_event_is_replayed_as_it_was_put(archive: Archive) -> None:
    _, queue = archive.rule("all")
    archive.put("shop", Resources=["arn:aws:s3:::bucket"])
    archive.wait_for_events(1)
    (before,) = received(queue, 1)
    now = datetime.now(UTC)
    replay = archive.replay(now - HOUR, now)
    (after,) = received(queue, 1)
    assert after == before | {"replay-name": replay["ReplayName"]}
    assert after["detail"] == DETAIL
    assert replay["EventLastReplayedTime"].strftime("%Y-%m-%dT%H:%M:%SZ") == before["time"]
    assert replay["ReplayStartTime"] <= replay["ReplayEndTime"]
    archive.wait_for_events(1)  # a replay is not archived


def test_only_events_of_the_range_and_rules_that_are_named_take_part(archive: Archive) -> None:
    (arn, named), (_, other) = archive.rule("named"), archive.rule("other")
    begin = datetime.now(UTC).replace(microsecond=0) - HOUR
    for minutes in (40, 10, 20, 0):
        archive.put("shop", {"minute": minutes}, Time=begin + timedelta(minutes=minutes))
    archive.wait_for_events(4)
    assert len(received(named, 4) + received(other, 4)) == 8
    replay = archive.replay(begin + timedelta(minutes=10), begin + timedelta(minutes=30), arn)
    assert [event["detail"]["minute"] for event in received(named, 2)] == [10, 20]
    assert replay["EventLastReplayedTime"] == begin + timedelta(minutes=20)
    assert other.bodies() == []


def test_an_archive_has_what_its_pattern_says_also_when_that_is_changed(cloud: Cloud) -> None:
    archive = Archive(cloud, {"source": ["shop"]})
    archive.put("depot")
    archive.put("shop")
    archive.wait_for_events(1)
    pattern = json.dumps({"source": ["depot"]})
    archive.client.update_archive(ArchiveName=archive.name, EventPattern=pattern)
    archive.put("shop")
    archive.put("depot")
    archive.wait_for_events(2)
    _, queue = archive.rule("all")
    now = datetime.now(UTC)
    archive.replay(now - HOUR, now)
    assert {event["source"] for event in received(queue, 2)} == {"shop", "depot"}


def test_a_replay_that_is_refused_does_not_take_its_name(archive: Archive) -> None:
    now, name = datetime.now(UTC), f"probe-{uuid.uuid4().hex[:8]}"
    start = archive.client.start_replay
    right = archive.request(name, now - HOUR, now)
    default = archive.client.describe_event_bus()["Arn"]
    for wrong in (
        archive.request(name, now, now - HOUR),
        right | {"EventSourceArn": archive.arn + "none"},
        right | {"Destination": {"Arn": default}},
    ):
        assert refusal(start, **wrong)[0] == "ValidationException"
    start(**right)
    assert refusal(start, **right)[0] == "ResourceAlreadyExistsException"
    wait_for(
        lambda: archive.client.describe_replay(ReplayName=name)["State"] == "COMPLETED",
        "the replay does not end",
    )
    code, said, _ = refusal(archive.client.cancel_replay, ReplayName=name)
    assert code == "IllegalStatusException"
    assert said == f"Replay {name} is not in a valid state for this operation."


def test_a_rule_that_is_disabled_receives_nothing(archive: Archive) -> None:
    (_, enabled), (_, disabled) = archive.rule("enabled"), archive.rule("disabled")
    archive.client.disable_rule(Name="disabled", EventBusName=archive.name)
    archive.put("shop")
    received(enabled, 1)
    now = datetime.now(UTC)
    archive.replay(now - HOUR, now)
    received(enabled, 1)
    assert disabled.bodies() == []

"""Schedules with a role and queues of their own, for the tests of Scheduler."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integration.conftest import Cloud
from tests.integration.test_permissions import arn
from tests.integration.test_permissions_of_services import Queue
from tests.integration.waiting import wait_for

SERVICE = "scheduler.amazonaws.com"


def at(seconds: float) -> str:
    """A one-time schedule, so many seconds from now."""
    return f"at({datetime.now(UTC) + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S})"


class Schedules:
    """Schedules with a role of their own, a queue as a target, and a dead-letter queue."""

    def __init__(self, cloud: Cloud, *statements: dict[str, Any]) -> None:
        self.cloud, self.client = cloud, cloud.client("scheduler")
        self.role = cloud.role(*statements, Service=SERVICE)
        self.target, self.dead = Inbox(cloud), Inbox(cloud)

    def create(self, expression: str, target: dict[str, Any] | None = None, **more: Any) -> str:
        """Creates a schedule and returns its name."""
        name = f"probe-{uuid.uuid4().hex[:8]}"
        self.client.create_schedule(**self.described(name, expression, target, **more))
        return name

    def described(
        self, name: str, expression: str, target: dict[str, Any] | None = None, **more: Any
    ) -> dict[str, Any]:
        whole = {
            "Arn": self.target.arn,
            "RoleArn": self.role,
            "DeadLetterConfig": {"Arn": self.dead.arn},
            **(target or {}),
        }
        window = {"FlexibleTimeWindow": {"Mode": "OFF"}}
        return {"Name": name, "ScheduleExpression": expression, "Target": whole, **window, **more}

    def exists(self, name: str) -> bool:
        return name in {s["Name"] for s in self.client.list_schedules()["Schedules"]}


class Inbox(Queue):
    """A queue that is read to its end."""

    def take(self) -> list[dict[str, Any]]:
        got = self.client.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            AttributeNames=["All"],
        ).get("Messages", [])
        for message in got:
            self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return list(got)

    def first(self) -> dict[str, Any]:
        """The first message, as soon as there is one."""
        taken: list[dict[str, Any]] = []
        wait_for(lambda: taken or taken.extend(self.take()) or taken, "no message has come")
        return taken[0]

    def letter(self) -> tuple[str, dict[str, str]]:
        """Body and attributes of the first message."""
        message = self.first()
        attributes = message["MessageAttributes"].items()
        return message["Body"], {name: value["StringValue"] for name, value in attributes}


class Fifo(Inbox):
    """A FIFO queue."""

    def __init__(self, cloud: Cloud) -> None:
        self.client, name = cloud.client("sqs"), f"probe-{uuid.uuid4().hex[:8]}.fifo"
        attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        self.url = self.client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        self.arn = arn("sqs", name)

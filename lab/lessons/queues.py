"""Reads the messages of queues without deleting them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from lab.core.target import Target
from lab.shop.mailbox import ORDER_ID


@dataclass(frozen=True)
class Letter:
    """A message: its order, how often it was received before, and its body."""

    order_id: str
    taken: int
    body: str


def look(target: Target, queue: str, order_id: str = "") -> list[Letter]:
    """The messages of a queue (`notifications-dlq`), or those about one order. They stay there.

    SQS counts each call as a receive: too many move messages to the dead-letter queue.
    """
    client = target.client("sqs")
    response = client.receive_message(
        QueueUrl=url(client, target, queue),
        MaxNumberOfMessages=10,
        VisibilityTimeout=0,
        AttributeNames=["ApproximateReceiveCount"],
    )
    letters = [_letter(message) for message in response.get("Messages", [])]
    return [letter for letter in letters if order_id in letter.body]


def _letter(message: dict[str, Any]) -> Letter:
    match = ORDER_ID.search(message["Body"])
    taken = int(message["Attributes"]["ApproximateReceiveCount"]) - 1  # without this one
    return Letter(match.group() if match else "", taken, message["Body"])


def policy_about_failures(target: Target, queue: str) -> dict[str, Any]:
    """The visibility timeout of a queue in seconds, and its redrive policy."""
    client = target.client("sqs")
    queue_url = url(client, target, queue)
    response = client.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])
    redrive_policy = json.loads(response["Attributes"]["RedrivePolicy"])
    return {
        "hidden for (s)": int(response["Attributes"]["VisibilityTimeout"]),
        "given up after": int(redrive_policy["maxReceiveCount"]),
        "then goes to": redrive_policy["deadLetterTargetArn"].rpartition(":")[2],
    }


def hide_for(target: Target, queue: str, seconds: int) -> int:
    """Sets the visibility timeout of a queue in seconds, and returns the previous one."""
    client = target.client("sqs")
    address = url(client, target, queue)
    response = client.get_queue_attributes(QueueUrl=address, AttributeNames=["VisibilityTimeout"])
    attributes = {"VisibilityTimeout": str(seconds)}
    client.set_queue_attributes(QueueUrl=address, Attributes=attributes)
    return int(response["Attributes"]["VisibilityTimeout"])


def url(client: Any, target: Target, queue: str) -> str:
    """The URL of an environment's queue."""
    return str(client.get_queue_url(QueueName=target.named(queue))["QueueUrl"])

"""Queues, as a lesson looks into them: without taking anything out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from lab.core.target import Target
from lab.shop.mailbox import ORDER_ID


@dataclass(frozen=True)
class Letter:
    """A message that waits: its order, how often somebody took it before, and its body."""

    order_id: str
    taken: int
    body: str


def look(target: Target, queue: str, order_id: str = "") -> list[Letter]:
    """The messages of a queue (`notifications-dlq`), or those about one order. They stay there.

    SQS counts each look as a try: who looks too often at a living queue empties it.
    """
    client = target.client("sqs")
    answer = client.receive_message(
        QueueUrl=url(client, target, queue),
        MaxNumberOfMessages=10,
        VisibilityTimeout=0,
        AttributeNames=["ApproximateReceiveCount"],
    )
    found = [_letter(message) for message in answer.get("Messages", [])]
    return [letter for letter in found if order_id in letter.body]


def _letter(message: dict[str, Any]) -> Letter:
    about = ORDER_ID.search(message["Body"])
    taken = int(message["Attributes"]["ApproximateReceiveCount"]) - 1  # the last one is ours
    return Letter(about.group() if about else "", taken, message["Body"])


def policy_about_failures(target: Target, queue: str) -> dict[str, Any]:
    """How long a message that was taken stays hidden (s), and when it is given up, and where to."""
    client = target.client("sqs")
    asked = client.get_queue_attributes(QueueUrl=url(client, target, queue), AttributeNames=["All"])
    given_up = json.loads(asked["Attributes"]["RedrivePolicy"])
    return {
        "hidden for (s)": int(asked["Attributes"]["VisibilityTimeout"]),
        "given up after": int(given_up["maxReceiveCount"]),
        "then goes to": given_up["deadLetterTargetArn"].rpartition(":")[2],
    }


def hide_for(target: Target, queue: str, seconds: int) -> int:
    """Says how long a message that was taken stays hidden; gives what was said before."""
    client = target.client("sqs")
    address = url(client, target, queue)
    asked = client.get_queue_attributes(QueueUrl=address, AttributeNames=["VisibilityTimeout"])
    wanted = {"VisibilityTimeout": str(seconds)}
    client.set_queue_attributes(QueueUrl=address, Attributes=wanted)
    return int(asked["Attributes"]["VisibilityTimeout"])


def url(client: Any, target: Target, queue: str) -> str:
    """Where an environment's queue is."""
    return str(client.get_queue_url(QueueName=target.named(queue))["QueueUrl"])

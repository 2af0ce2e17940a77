"""Redrives the dead-letter queues, and the queue of undelivered events and notifications.

The queues come from the environment itself: the redrive policy of each queue, and the subscriptions
of each topic. A message is sent before it is deleted, so it may be sent twice. Consumers of a queue
ignore duplicates anyway: the notifier sends one mail for each end of an order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from lab.core.errors import LabError
from lab.core.progress import Progress
from lab.core.target import Target
from lab.operate.redrive.queue import Message, Queue, with_dead_letters

SHOWN = 80  # characters of an unknown message


class Kind(Enum):
    """The kinds of undelivered messages."""

    NOTIFICATION = auto()
    EVENT = auto()
    SCHEDULE = auto()
    STRANGE = auto()


@dataclass(frozen=True)
class Left:
    """An unknown message that stays in its queue; `begins` is the beginning of its body."""

    queue: str
    begins: str


@dataclass(frozen=True)
class Delivered:
    """The numbers of messages sent again, and the unknown messages."""

    notifications: int
    events: int
    strange: tuple[Left, ...]


def send_dead_letters(target: Target, on_progress: Progress) -> int:
    """Sends dead letters to the queues that they failed in, and returns their number."""
    sent = 0
    for queue, dead_letters in with_dead_letters(target):
        for messages in dead_letters.batches():
            for message in messages:
                queue.send(message.body)
                dead_letters.delete([message])
                sent += 1
            on_progress(f"{sent} notifications sent again")
    return sent


def deliver(target: Target, on_progress: Progress) -> Delivered:
    """Sends again what EventBridge and SNS could not deliver; drops missed sweeps.

    Raises LabError if the bus does not accept an event.
    """
    queue, counts = Queue.of(target, "undelivered"), dict.fromkeys(Kind, 0)
    received: list[Message] = []
    try:
        for messages in queue.batches():
            received += messages
            for message in messages:
                kind = kind_of(message.body)
                counts[kind] += 1
                if kind is not Kind.STRANGE:
                    _send(target, kind, message)
                    queue.delete([message])
                    received.remove(message)
            on_progress(f"{sum(counts.values())} undelivered messages checked")
    finally:
        queue.put_back(received)
    left = tuple(Left("undelivered", message.body[:SHOWN]) for message in received)
    return Delivered(counts[Kind.NOTIFICATION], counts[Kind.EVENT], left)


def kind_of(body: str) -> Kind:
    """The kind of a message, by its SNS envelope or EventBridge fields."""
    content = _object(body)
    if content.get("Type") == "Notification" and {"Message", "TopicArn"} <= content.keys():
        return Kind.NOTIFICATION
    if content.get("detail-type") == "Scheduled Event":
        return Kind.SCHEDULE
    return Kind.EVENT if {"detail-type", "detail", "source"} <= content.keys() else Kind.STRANGE


def _object(body: str) -> Mapping[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _send(target: Target, kind: Kind, message: Message) -> None:
    """Sends a message again. An event matches one rule with one target, so no other gets it."""
    if kind is Kind.NOTIFICATION:
        for queue in _subscribed_queues(target, json.loads(message.body)["TopicArn"]):
            queue.send(message.body)
    elif kind is Kind.EVENT:
        _put_on_bus(target, json.loads(message.body))


def _subscribed_queues(target: Target, topic_arn: str) -> list[Queue]:
    """The queues that get a topic's notifications. Raises LabError if there is none."""
    pages = target.client("sns").get_paginator("list_subscriptions_by_topic")
    subscriptions = [
        s for page in pages.paginate(TopicArn=topic_arn) for s in page["Subscriptions"]
    ]
    arns = [s["Endpoint"] for s in subscriptions if s["Protocol"] == "sqs"]
    if not arns:
        raise LabError(
            f"No queue subscribes to {topic_arn}, and a notification of it was not delivered.",
            "The message stays in its queue. `lab deploy` restores a subscription that is gone.",
        )
    return [Queue.by_arn(target.client("sqs"), arn) for arn in arns]


def _put_on_bus(target: Target, event: Mapping[str, Any]) -> None:
    entry = {
        "EventBusName": target.prefix,
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
    }
    response = target.client("events").put_events(Entries=[entry])
    if response["FailedEntryCount"]:
        reason = response["Entries"][0].get("ErrorMessage", "no reason given")
        raise LabError(
            f"The bus {target.prefix} did not accept {event['detail-type']}: {reason}",
            "The message stays in its queue. Run `lab redrive` again later.",
        )

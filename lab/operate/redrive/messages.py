"""The dead-letter queues: mails that could not be sent, and what did not reach its target.

A message is sent before it is deleted. Whoever takes it a second time does nothing: the notifier
sends one mail for each end of an order, and operations read of the same thing twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from lab.core.errors import LabError
from lab.core.target import Target
from lab.operate.redrive.queue import Message, Queue

SHOWN = 80  # characters of a message that nothing is known about


class Kind(Enum):
    """What the queue of undelivered messages may hold."""

    NOTIFICATION = auto()
    EVENT = auto()
    SCHEDULE = auto()
    STRANGE = auto()


@dataclass(frozen=True)
class Left:
    """A message that stays in its queue, since nothing is known about it: how it begins."""

    queue: str
    begins: str


@dataclass(frozen=True)
class Delivered:
    """How much was sent once more, and what was not."""

    notifications: int
    events: int
    strange: tuple[Left, ...]


def send_notifications(target: Target, say: Callable[[str], None]) -> int:
    """Sends mails that failed once more; returns how many."""
    dead, living = Queue.of(target, "notifications-dlq"), Queue.of(target, "notifications")
    sent = 0
    for messages in dead.batches():
        for message in messages:
            living.send(message.body)
            dead.delete([message])
            sent += 1
        say(f"{sent} notifications sent again")
    return sent


def deliver(target: Target, say: Callable[[str], None]) -> Delivered:
    """Sends what EventBridge and SNS could not deliver; a sweep that was missed came since.

    Raises LabError if the bus does not take an event.
    """
    queue, counts = Queue.of(target, "undelivered"), dict.fromkeys(Kind, 0)
    in_hand: list[Message] = []
    try:
        for messages in queue.batches():
            in_hand += messages
            for message in messages:
                kind = kind_of(message.body)
                counts[kind] += 1
                if kind is not Kind.STRANGE:
                    _send(target, kind, message)
                    queue.delete([message])
                    in_hand.remove(message)
            say(f"{sum(counts.values())} undelivered messages looked at")
    finally:
        queue.put_back(in_hand)
    left = tuple(Left("undelivered", message.body[:SHOWN]) for message in in_hand)
    return Delivered(counts[Kind.NOTIFICATION], counts[Kind.EVENT], left)


def kind_of(body: str) -> Kind:
    """Reads SNS's envelope, an event of EventBridge, or neither."""
    content = _object(body)
    if content.get("Type") == "Notification" and "Message" in content:
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
    """An event matches one rule with one target, so the bus takes it just where it was going."""
    if kind is Kind.NOTIFICATION:
        Queue.of(target, "notifications").send(message.body)
    elif kind is Kind.EVENT:
        _put_on_bus(target, json.loads(message.body))


def _put_on_bus(target: Target, event: Mapping[str, Any]) -> None:
    entry = {
        "EventBusName": target.prefix,
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
    }
    answer = target.client("events").put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        reason = answer["Entries"][0].get("ErrorMessage", "no reason given")
        raise LabError(
            f"The bus {target.prefix} did not take {event['detail-type']}: {reason}",
            "The message stays in its queue: try `lab redrive` again later.",
        )

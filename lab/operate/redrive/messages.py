"""Redrives the dead-letter queues of notifications and of undelivered events.

A message is sent before it is deleted, so it may be sent twice. The notifier ignores duplicates: it
sends one mail for each end of an order.
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


def send_notifications(target: Target, on_progress: Callable[[str], None]) -> int:
    """Sends failed notifications again, and returns their number."""
    dead_letters, notifications = (
        Queue.of(target, "notifications-dlq"),
        Queue.of(target, "notifications"),
    )
    sent = 0
    for messages in dead_letters.batches():
        for message in messages:
            notifications.send(message.body)
            dead_letters.delete([message])
            sent += 1
        on_progress(f"{sent} notifications sent again")
    return sent


def deliver(target: Target, on_progress: Callable[[str], None]) -> Delivered:
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
    """Sends a message again. An event matches one rule with one target, so no other gets it."""
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
    response = target.client("events").put_events(Entries=[entry])
    if response["FailedEntryCount"]:
        reason = response["Entries"][0].get("ErrorMessage", "no reason given")
        raise LabError(
            f"The bus {target.prefix} did not accept {event['detail-type']}: {reason}",
            "The message stays in its queue. Run `lab redrive` again later.",
        )

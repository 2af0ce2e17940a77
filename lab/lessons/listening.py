"""A listener on the event bus for a lesson: a queue, and a rule that fills it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.core.errors import LabError
from lab.core.target import Target
from lab.lessons.lesson import Lesson
from lab.shop.event_queue import policy, queue_arn

MARK = "lesson-listener-"
WAIT_S = 20.0
Event = dict[str, Any]
Pattern = Mapping[str, Any]


@dataclass
class Listener:
    """A queue with the events that match the rule's pattern; `heard` has all, oldest first."""

    client: Any
    url: str
    heard: list[Event] = field(default_factory=list)

    def listen(self, wait_s: int = 1) -> list[Event]:
        """Receives new events from the queue, and returns all events so far."""
        response = self.client.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=wait_s
        )
        for message in response.get("Messages", []):
            self.heard.append(json.loads(message["Body"]))
            receipt = message["ReceiptHandle"]
            self.client.delete_message(QueueUrl=self.url, ReceiptHandle=receipt)
        return self.heard

    def about(self, order_id: str, count: int = 1) -> list[Event]:
        """Waits for `count` events about an order. Raises LabError after 20 s."""
        deadline = time.monotonic() + WAIT_S
        while len(events := [e for e in self.listen() if is_about(e, order_id)]) < count:
            if time.monotonic() > deadline:
                raise LabError(f"{len(events)} of {count} events about {order_id} arrived in time.")
        return events

    def with_id(self, event_id: str) -> Event | None:
        """Waits for the event with this id; None after 20 s."""
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            if matching := [event for event in self.listen() if event["id"] == event_id]:
                return matching[0]
        return None


def is_about(event: Event, order_id: str) -> bool:
    """Whether an event is about this order."""
    return bool(event["detail"].get("orderId") == order_id)


def listen(lesson: Lesson, name: str, pattern: Pattern) -> Listener:
    """Creates a listener, replacing one of this name; `lesson.restore()` deletes it."""
    remove(lesson.target, name)
    lesson.later(lambda: remove(lesson.target, name))
    sqs = lesson.client("sqs")
    url = sqs.create_queue(QueueName=MARK + name)["QueueUrl"]
    subscribe(lesson, MARK + name, pattern, url)
    return Listener(sqs, url)


def subscribe(lesson: Lesson, name: str, pattern: Pattern, url: str) -> None:
    """Creates a rule with the queue as target, and the queue's policy."""
    bus, events, sqs = lesson.target.prefix, lesson.client("events"), lesson.client("sqs")
    arn = queue_arn(sqs, url)
    rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy(arn, rule["RuleArn"])})
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])


def remove(target: Target, name: str) -> None:
    """Deletes a listener, if there is one."""
    events, sqs = target.client("events"), target.client("sqs")
    bus = {"EventBusName": target.prefix}
    for rule in events.list_rules(NamePrefix=MARK + name, **bus)["Rules"]:
        events.remove_targets(Rule=rule["Name"], Ids=["queue"], **bus)
        events.delete_rule(Name=rule["Name"], **bus)
    for url in sqs.list_queues(QueueNamePrefix=MARK + name).get("QueueUrls", []):
        sqs.delete_queue(QueueUrl=url)


def tell(target: Target, event: Event) -> None:
    """Puts an event on the bus again. Raises LabError if the bus does not accept it."""
    entry = {
        "EventBusName": target.prefix,
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
    }
    response = target.client("events").put_events(Entries=[entry])
    if response["FailedEntryCount"]:
        raise LabError(f"The bus did not accept the event:  {response['Entries'][0]}")


def matches(target: Target, pattern: Pattern, event: Event) -> bool:
    """Whether the pattern matches the event, by EventBridge's TestEventPattern."""
    request = {"Event": json.dumps(event), "EventPattern": json.dumps(pattern)}
    return bool(target.client("events").test_event_pattern(**request)["Result"])


def variant(event: Event, kind: str, cents: int) -> Event:
    """A copy of the event with another detail type and another total."""
    total = {**event["detail"]["total"], "amount": cents}
    return {**event, "detail-type": kind, "detail": {**event["detail"], "total": total}}


PATTERN_CASES = (
    (True, "OrderConfirmed", 25_000, "A confirmed order of 250 dollars does not pass."),
    (True, "OrderConfirmed", 10_000, "One of 100 dollars exactly does not pass."),
    (True, "OrderConfirmed", 5_000_000, "One of 50,000 dollars does not pass: is there a limit?"),
    (False, "OrderConfirmed", 9_999, "One of 99.99 dollars passes."),
    (False, "OrderRejected", 25_000, "A card for an order that was rejected?"),
    (False, "OrderFailed", 25_000, "A card for an order that failed?"),
    (False, "PaymentRefunded", 25_000, "A card to somebody whose money went back?"),
)


def misjudged(target: Target, pattern: Pattern, event: Event) -> str:
    """The first case that a pattern for large confirmed orders gets wrong; empty if none."""
    for expected, kind, cents, wrong in PATTERN_CASES:
        if matches(target, pattern, variant(event, kind, cents)) != expected:
            return wrong
    return ""


def miscounted(points: Callable[[list[Event]], Any], news: list[Event], fair: int) -> str:
    """The first case that a function for points gets wrong; empty if none."""
    given = points(list(news))
    confirmed = next(event for event in news if event["detail-type"] == "OrderConfirmed")
    another = {**confirmed, "detail": {**confirmed["detail"], "orderId": "ord_another"}}
    unknown = {**confirmed, "detail-type": "ParcelSent"}
    cases: tuple[tuple[list[Event], Any, str], ...] = (
        (news, fair, f"{given} points, and {fair} would be right. Doubles? Rejected orders?"),
        (news[::-1], fair, "In another order they are worth something else."),
        ([{**unknown, "detail": {"box": 3}}, *news], fair, "An event of another kind is counted."),
        ([{**unknown, "detail": another["detail"]}], 0, "A parcel that was sent gives points."),
        ([confirmed, another], 2 * points([confirmed]), "Two orders of one total count once."),
        ([], 0, "Without news there are no points: 0."),
    )
    return next((wrong for events, right, wrong in cases if points(list(events)) != right), "")


def unheard(ear: Listener, answer: Any, told: Event) -> str:
    """The problem of the response of `put_events` for `told`; empty if there is none."""
    if not isinstance(answer, dict) or not answer.get("Entries"):
        return "Keep what put_events answers: it says for each entry what became of it."
    refused = [row.get("ErrorMessage") for row in answer["Entries"] if "EventId" not in row]
    if refused:
        return f"The answer was 200, and yet the bus took nothing: {refused}"
    again = ear.with_id(answer["Entries"][0]["EventId"])
    if again is None:
        return "The bus took it, and your listener did not hear it. Another bus, or another Source?"
    wrong = [name for name in ("source", "detail-type", "detail") if again[name] != told[name]]
    return f"It is other news than before: {', '.join(wrong)} differ." if wrong else ""


def edit_rule(lesson: Lesson, rule: str, pattern: Pattern) -> Callable[[], object]:
    """Replaces the pattern of one of the shop's rules; returns a function that restores it."""
    client = lesson.client("events")
    key = {"Name": lesson.target.named(rule), "EventBusName": lesson.target.prefix}
    original = client.describe_rule(**key)
    unchanged = {name: original[name] for name in ("Description", "State") if name in original}

    def put_back() -> object:
        return client.put_rule(**key, **unchanged, EventPattern=original["EventPattern"])

    lesson.later(put_back)
    client.put_rule(**key, **unchanged, EventPattern=json.dumps(pattern))
    return put_back

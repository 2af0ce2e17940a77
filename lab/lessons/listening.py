"""A listener of a lesson's own on the event bus: a queue, and a rule that fills it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.core.errors import LabError
from lab.core.target import Target
from lab.lessons.lesson import Lesson

MARK = "lesson-listener-"
WAIT_S = 20.0
Event = dict[str, Any]
Pattern = Mapping[str, Any]


@dataclass
class Listener:
    """A queue that gets what the rule's pattern matches; `heard` is all of it, the oldest first."""

    client: Any
    url: str
    heard: list[Event] = field(default_factory=list)

    def listen(self, wait_s: int = 1) -> list[Event]:
        """Takes what has come out of the queue; gives everything heard so far."""
        answer = self.client.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=wait_s
        )
        for message in answer.get("Messages", []):
            self.heard.append(json.loads(message["Body"]))
            receipt = message["ReceiptHandle"]
            self.client.delete_message(QueueUrl=self.url, ReceiptHandle=receipt)
        return self.heard

    def about(self, order_id: str, count: int = 1) -> list[Event]:
        """The events about an order, as soon as there are `count`. Raises LabError after 20 s."""
        deadline = time.monotonic() + WAIT_S
        while len(found := [e for e in self.listen() if is_about(e, order_id)]) < count:
            if time.monotonic() > deadline:
                raise LabError(f"{len(found)} of {count} events about {order_id} came in time.")
        return found

    def with_id(self, event_id: str) -> Event | None:
        """The event that the bus took under this id, as soon as it is heard; None after 20 s."""
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            if found := [event for event in self.listen() if event["id"] == event_id]:
                return found[0]
        return None


def is_about(event: Event, order_id: str) -> bool:
    """Whether an event tells of this order."""
    return bool(event["detail"].get("orderId") == order_id)


def listen(lesson: Lesson, name: str, pattern: Pattern) -> Listener:
    """A new listener; `lesson.restore()` takes it away. One of this name makes room for it."""
    remove(lesson.target, name)
    lesson.later(lambda: remove(lesson.target, name))
    sqs = lesson.client("sqs")
    url = sqs.create_queue(QueueName=MARK + name)["QueueUrl"]
    subscribe(lesson, MARK + name, pattern, url)
    return Listener(sqs, url)


def subscribe(lesson: Lesson, name: str, pattern: Pattern, url: str) -> None:
    """All that it takes to hear the bus: a rule, its target, and the queue's permission."""
    bus, events, sqs = lesson.target.prefix, lesson.client("events"), lesson.client("sqs")
    arn = queue_arn(sqs, url)
    rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy(arn, rule["RuleArn"])})
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])


def queue_arn(client: Any, url: str) -> str:
    """The ARN of a queue."""
    asked = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return str(asked["Attributes"]["QueueArn"])


def policy(queue: str, rule: str) -> str:
    """EventBridge may send to this queue, for this one rule."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def remove(target: Target, name: str) -> None:
    """Takes a listener away, if there is one."""
    events, sqs = target.client("events"), target.client("sqs")
    bus = {"EventBusName": target.prefix}
    found = events.list_rules(NamePrefix=MARK + name, **bus)["Rules"]
    for rule in found:
        events.remove_targets(Rule=rule["Name"], Ids=["queue"], **bus)
        events.delete_rule(Name=rule["Name"], **bus)
    for url in sqs.list_queues(QueueNamePrefix=MARK + name).get("QueueUrls", []):
        sqs.delete_queue(QueueUrl=url)


def tell(target: Target, event: Event) -> None:
    """Puts an event that was heard on the bus once more. Raises LabError if it is not taken."""
    entry = {
        "EventBusName": target.prefix,
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
    }
    answer = target.client("events").put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        raise LabError(f"The bus did not take it: {answer['Entries'][0]}")


def matches(target: Target, pattern: Pattern, event: Event) -> bool:
    """Whether EventBridge would let the event through."""
    asked = {"Event": json.dumps(event), "EventPattern": json.dumps(pattern)}
    return bool(target.client("events").test_event_pattern(**asked)["Result"])


def variant(event: Event, kind: str, cents: int) -> Event:
    """The event, as if it were of another kind and its order of another total."""
    total = {**event["detail"]["total"], "amount": cents}
    return {**event, "detail-type": kind, "detail": {**event["detail"], "total": total}}


JUDGED = (
    (True, "OrderConfirmed", 25_000, "A confirmed order of 250 dollars does not pass."),
    (True, "OrderConfirmed", 10_000, "One of 100 dollars exactly does not pass."),
    (True, "OrderConfirmed", 5_000_000, "One of 50,000 dollars does not pass: is there a limit?"),
    (False, "OrderConfirmed", 9_999, "One of 99.99 dollars passes."),
    (False, "OrderRejected", 25_000, "A card for an order that was rejected?"),
    (False, "OrderFailed", 25_000, "A card for an order that failed?"),
    (False, "PaymentRefunded", 25_000, "A card to somebody whose money went back?"),
)


def misjudged(target: Target, pattern: Pattern, event: Event) -> str:
    """What a pattern for big confirmed orders lets through, or not; empty if it is right."""
    for wanted, kind, cents, wrong in JUDGED:
        if matches(target, pattern, variant(event, kind, cents)) != wanted:
            return wrong
    return ""


def miscounted(points: Callable[[list[Event]], Any], news: list[Event], fair: int) -> str:
    """What is wrong with a function that counts points for events; empty if nothing is."""
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
    """What is wrong with the answer of `put_events` that should have told it; empty if nothing."""
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
    """Gives one of the shop's rules another pattern; what it returns puts the old one back."""
    client = lesson.client("events")
    named = {"Name": lesson.target.named(rule), "EventBusName": lesson.target.prefix}
    usual = client.describe_rule(**named)
    said = {name: usual[name] for name in ("Description", "State") if name in usual}

    def put_back() -> object:
        return client.put_rule(**named, **said, EventPattern=usual["EventPattern"])

    lesson.later(put_back)
    client.put_rule(**named, **said, EventPattern=json.dumps(pattern))
    return put_back

"""`lab redrive`: a message goes when its order has ended, and not before."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from lab.core.errors import LabError
from lab.core.target import Target
from lab.operate import redrive
from lab.operate.redrive import orders
from lab.operate.redrive.messages import Kind, kind_of

TOPIC = "arn:aws:sns:us-east-2:000000000000:checkout-dev-orders"
ARN = "arn:aws:sqs:us-east-2:000000000000:checkout-dev-{}"


@dataclass
class FakeQueue:
    """Messages by receipt; those that were received are hidden until they are put back."""

    waiting: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)

    def put(self, body: str) -> None:
        self.waiting[f"r{len(self.waiting) + len(self.hidden)}"] = body


class OnePage:
    """A paginator whose operation has one page."""

    def __init__(self, **page: Any) -> None:
        self.page = page

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [self.page]


@dataclass
class FakeSqs:
    queues: dict[str, FakeQueue] = field(default_factory=dict)
    dead_letters: dict[str, str] = field(
        default_factory=lambda: {"checkout-dev-notifications": ARN.format("notifications-dlq")}
    )

    def get_paginator(self, _: str) -> OnePage:
        return OnePage(QueueUrls=list(self.queues))

    def get_queue_attributes(self, QueueUrl: str, AttributeNames: list[str]) -> dict[str, Any]:  # noqa: N803
        assert AttributeNames == ["RedrivePolicy"]
        if QueueUrl not in self.dead_letters:
            return {}
        policy = {"deadLetterTargetArn": self.dead_letters[QueueUrl], "maxReceiveCount": 5}
        return {"Attributes": {"RedrivePolicy": json.dumps(policy)}}

    def get_queue_url(self, QueueName: str) -> dict[str, str]:  # noqa: N803
        self.queues.setdefault(QueueName, FakeQueue())
        return {"QueueUrl": QueueName}

    def receive_message(self, QueueUrl: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        queue = self.queues[QueueUrl]
        taken = dict(list(queue.waiting.items())[:10])
        queue.hidden |= taken
        for receipt in taken:
            del queue.waiting[receipt]
        return {"Messages": [{"ReceiptHandle": r, "Body": b} for r, b in taken.items()]}

    def delete_message(self, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803
        del self.queues[QueueUrl].hidden[ReceiptHandle]

    def change_message_visibility(self, QueueUrl: str, ReceiptHandle: str, **_: Any) -> None:  # noqa: N803
        queue = self.queues[QueueUrl]
        queue.waiting[ReceiptHandle] = queue.hidden.pop(ReceiptHandle)

    def send_message(self, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803
        self.queues[QueueUrl].put(MessageBody)


@dataclass
class FakeLambda:
    """The sweeper: what it answers for each order, one answer after the other."""

    outcomes: dict[str, list[str]] = field(default_factory=dict)
    asked: list[list[str]] = field(default_factory=list)
    broken: bool = False

    def invoke(self, FunctionName: str, Qualifier: str, Payload: str) -> dict[str, Any]:  # noqa: N803
        assert (FunctionName, Qualifier) == ("checkout-dev-sweeper", "live")
        if self.broken:
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorType": "Oops"}')}
        order_ids = json.loads(Payload)["orderIds"]
        self.asked.append(order_ids)
        rows = {"orders": [self._row(order_id) for order_id in order_ids]}
        return {"Payload": io.BytesIO(json.dumps(rows).encode())}

    def _row(self, order_id: str) -> dict[str, Any]:
        outcome = self.outcomes.get(order_id, ["undone"]).pop(0)
        final = outcome in ("undone", "published", "finished")
        return {"orderId": order_id, "outcome": outcome, "status": "FAILED", "final": final}


@dataclass
class FakeBus:
    taken: list[dict[str, str]] = field(default_factory=list)
    closed: bool = False

    def put_events(self, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        if self.closed:
            return {"FailedEntryCount": 1, "Entries": [{"ErrorMessage": "closed"}]}
        self.taken += Entries
        return {"FailedEntryCount": 0, "Entries": [{}]}


@dataclass
class FakeSns:
    queues: tuple[str, ...] = ("notifications",)

    def get_paginator(self, _: str) -> OnePage:
        queues = [{"Protocol": "sqs", "Endpoint": ARN.format(name)} for name in self.queues]
        mail = {"Protocol": "email", "Endpoint": "ops@example.com"}
        return OnePage(Subscriptions=[mail, *queues])


@dataclass
class World:
    sqs: FakeSqs = field(default_factory=FakeSqs)
    function: FakeLambda = field(default_factory=FakeLambda)
    bus: FakeBus = field(default_factory=FakeBus)
    sns: FakeSns = field(default_factory=FakeSns)

    def queue(self, name: str) -> FakeQueue:
        return self.sqs.queues.setdefault(f"checkout-dev-{name}", FakeQueue())

    def order(self, order_id: str) -> None:
        self.queue("compensation").put(json.dumps({"orderId": order_id, "state": {}}))


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    made = World()
    made.queue("notifications")
    clients = {"sqs": made.sqs, "lambda": made.function, "events": made.bus, "sns": made.sns}
    monkeypatch.setattr(Target, "client", lambda _, service: clients[service])
    monkeypatch.setattr(orders, "POLL_S", 0)
    return made


def test_nothing_that_waits_is_nothing_to_do(world: World) -> None:
    assert redrive.run(Target()) == redrive.RedriveReport()
    assert world.function.asked == []


def test_the_message_of_an_order_that_has_ended_is_gone(world: World) -> None:
    world.order("ord_1")
    report = redrive.run(Target())
    assert report.orders == (redrive.Settled("ord_1", "undone", "FAILED", final=True),)
    assert (report.left, world.queue("compensation")) == (0, FakeQueue())


def test_the_message_of_an_order_that_has_not_ended_stays_for_the_next_time(world: World) -> None:
    world.order("ord_1")
    world.order("ord_2")
    world.function.outcomes = {"ord_1": ["left"]}
    report = redrive.run(Target())
    assert report.left == 1
    assert [
        json.loads(body)["orderId"] for body in world.queue("compensation").waiting.values()
    ] == ["ord_1"]


def test_an_execution_that_is_about_to_end_is_waited_for(world: World) -> None:
    world.order("ord_1")
    world.order("ord_2")
    world.function.outcomes = {"ord_1": ["running", "running", "undone"]}
    report = redrive.run(Target())
    assert report.left == 0
    assert world.function.asked == [["ord_1", "ord_2"], ["ord_1"], ["ord_1"]]


def test_an_execution_that_does_not_end_is_left(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "ENDING_S", 0)
    world.order("ord_1")
    world.function.outcomes = {"ord_1": ["running"]}
    assert redrive.run(Target()).left == 1
    assert len(world.queue("compensation").waiting) == 1


def test_an_order_that_is_queued_twice_is_settled_once(world: World) -> None:
    world.order("ord_1")
    world.order("ord_1")
    report = redrive.run(Target())
    assert (len(report.orders), world.queue("compensation")) == (1, FakeQueue())


def test_many_orders_are_settled_ten_at_a_time(world: World) -> None:
    for number in range(25):
        world.order(f"ord_{number}")
    report = redrive.run(Target())
    assert [len(asked) for asked in world.function.asked] == [10, 10, 5]
    assert (len(report.orders), report.left) == (25, 0)


@pytest.mark.parametrize("body", ["no JSON", "[]", "{}", '"ord_1"'])
def test_a_message_that_names_no_order_is_left_and_told(world: World, body: str) -> None:
    world.queue("compensation").put(body)
    report = redrive.run(Target())
    assert report.left == 1
    assert body in report.orders[0].problem
    assert list(world.queue("compensation").waiting.values()) == [body]


def test_a_sweeper_that_fails_as_a_whole_is_an_error_with_advice(world: World) -> None:
    world.order("ord_1")
    world.function.broken = True
    with pytest.raises(LabError, match="Oops") as caught:
        redrive.run(Target())
    assert "lab logs sweeper" in caught.value.hint
    assert len(world.queue("compensation").waiting) == 1


def test_dead_notifications_are_sent_again(world: World) -> None:
    for body in ("one", "two"):
        world.queue("notifications-dlq").put(body)
    assert redrive.run(Target()).notifications == 2
    assert world.queue("notifications-dlq") == FakeQueue()
    assert list(world.queue("notifications").waiting.values()) == ["one", "two"]


def test_the_dead_letters_of_every_queue_are_sent_to_the_queue_they_failed_in(
    world: World,
) -> None:
    world.sqs.dead_letters["checkout-dev-labels"] = ARN.format("labels-failed")
    world.queue("labels")
    world.queue("labels-failed").put("label")
    world.queue("notifications-dlq").put("mail")
    assert redrive.run(Target()).notifications == 2
    assert list(world.queue("labels").waiting.values()) == ["label"]
    assert list(world.queue("notifications").waiting.values()) == ["mail"]


def test_a_notification_goes_to_every_queue_of_its_topic(world: World) -> None:
    world.sns.queues = ("notifications", "labels")
    world.queue("labels")
    world.queue("undelivered").put(json.dumps(NOTIFICATION))
    redrive.run(Target())
    for name in world.sns.queues:
        assert list(world.queue(name).waiting.values()) == [json.dumps(NOTIFICATION)]


def test_a_notification_of_a_topic_without_a_queue_stays(world: World) -> None:
    world.sns.queues = ()
    world.queue("undelivered").put(json.dumps(NOTIFICATION))
    with pytest.raises(LabError, match=f"No queue subscribes to {TOPIC}"):
        redrive.run(Target())
    assert list(world.queue("undelivered").waiting.values()) == [json.dumps(NOTIFICATION)]


def test_what_was_left_is_finished_the_next_time(world: World) -> None:
    world.order("ord_1")
    world.function.outcomes = {"ord_1": ["left", "undone"]}
    assert redrive.run(Target()).left == 1
    assert redrive.run(Target()).left == 0
    assert world.queue("compensation") == FakeQueue()


EVENT = {"id": "e1", "source": "checkout", "detail-type": "OrderConfirmed", "detail": {"a": "é"}}
SCHEDULED = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}
NOTIFICATION = {"Type": "Notification", "TopicArn": TOPIC, "Message": json.dumps(EVENT)}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (json.dumps(EVENT), Kind.EVENT),
        (json.dumps(SCHEDULED), Kind.SCHEDULE),
        (json.dumps(NOTIFICATION), Kind.NOTIFICATION),
        ("no JSON", Kind.STRANGE),
        ("[]", Kind.STRANGE),
        ('{"source": "checkout"}', Kind.STRANGE),
    ],
)
def test_what_did_not_reach_its_target_is_known_by_its_body(body: str, kind: Kind) -> None:
    assert kind_of(body) is kind


def test_what_did_not_reach_its_target_is_sent_where_it_was_going(world: World) -> None:
    for content in (EVENT, SCHEDULED, NOTIFICATION):
        world.queue("undelivered").put(json.dumps(content))
    report = redrive.run(Target())
    assert (report.events, report.notifications, report.left) == (1, 1, 0)
    (entry,) = world.bus.taken
    assert json.loads(entry.pop("Detail")) == EVENT["detail"]
    assert entry == {
        "EventBusName": "checkout-dev",
        "Source": "checkout",
        "DetailType": "OrderConfirmed",
    }
    assert list(world.queue("notifications").waiting.values()) == [json.dumps(NOTIFICATION)]
    assert world.queue("undelivered") == FakeQueue()


def test_a_message_that_nothing_is_known_about_stays_and_is_shown(world: World) -> None:
    world.queue("undelivered").put("what is this?")
    report = redrive.run(Target())
    assert report.strange == (redrive.Left("undelivered", "what is this?"),)
    assert (report.left, list(world.queue("undelivered").waiting.values())) == (
        1,
        ["what is this?"],
    )


def test_an_event_that_the_bus_does_not_take_stays_in_its_queue(world: World) -> None:
    world.queue("undelivered").put(json.dumps(EVENT))
    world.bus.closed = True
    with pytest.raises(LabError, match="checkout-dev did not accept OrderConfirmed: closed"):
        redrive.run(Target())
    assert list(world.queue("undelivered").waiting.values()) == [json.dumps(EVENT)]

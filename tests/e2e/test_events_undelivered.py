"""A mail that cannot be sent waits in the dead-letter queue; the order does not notice."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from lab.core.target import Target
from lab.operate import redrive
from lab.shop import mailbox
from tests.deployed_shop import DeployedShop, order_of
from tests.waiting import eventually

pytestmark = pytest.mark.exhaustive

TEA = ("TEA-BREAKFAST-100", 1)
QUICKLY_S = 2  # instead of the queue's own minute, so that five receives take seconds
LETTER_S = 90  # five receives, each after a visibility time-out, on a busy machine
CLAIM_S = 30  # how long a delivery that failed keeps its claim on the mail
Message = dict[str, Any]


class Queue:
    """A deployed queue."""

    def __init__(self, target: Target, name: str) -> None:
        self.client = target.client("sqs")
        self.url = self.client.get_queue_url(QueueName=target.named(name))["QueueUrl"]

    def attribute(self, name: str) -> str:
        asked = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=[name])
        return str(asked["Attributes"][name])

    def about(self, order_id: str) -> list[Message]:
        """The messages about an order; they stay in the queue."""
        answer = self.client.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=0,
            AttributeNames=["ApproximateReceiveCount"],
        )
        return [m for m in answer.get("Messages", []) if order_id in m["Body"]]

    def move(self, message: Message, other: Queue) -> None:
        """As a redrive does."""
        other.client.send_message(QueueUrl=other.url, MessageBody=message["Body"])
        self.delete(message)

    def delete(self, message: Message) -> None:
        self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])

    @contextmanager
    def redelivering_after(self, seconds: int) -> Iterator[None]:
        usual = self.attribute("VisibilityTimeout")
        self._set_visibility(str(seconds))
        try:
            yield
        finally:
            self._set_visibility(usual)

    def _set_visibility(self, seconds: str) -> None:
        wanted = {"VisibilityTimeout": seconds}
        self.client.set_queue_attributes(QueueUrl=self.url, Attributes=wanted)


@pytest.fixture
def notifications(shop: DeployedShop) -> Iterator[Queue]:
    queue = Queue(shop.target, "notifications")
    with queue.redelivering_after(QUICKLY_S):
        yield queue


@pytest.fixture
def dead_letters(shop: DeployedShop) -> Queue:
    return Queue(shop.target, "notifications-dlq")


@contextmanager
def no_sender(target: Target) -> Iterator[None]:
    """SES has never heard of the shop's address."""
    ses = target.client("ses")
    (sender,) = ses.list_identities(IdentityType="EmailAddress")["Identities"]
    ses.delete_identity(Identity=sender)
    try:
        yield
    finally:
        ses.verify_email_identity(EmailAddress=sender)


def test_a_mail_that_fails_for_good_waits_and_is_sent_once_when_it_can_be(
    shop: DeployedShop, notifications: Queue, dead_letters: Queue
) -> None:
    customer = shop.customer()
    with no_sender(shop.target):
        order = shop.buy(order_of(TEA), customer)
        order_id = order["orderId"]
        (letter,) = eventually(lambda: dead_letters.about(order_id), "dead letter", LETTER_S)
        assert mailbox.of_order(shop.target, order_id) == []
    assert order["status"] == "CONFIRMED"
    assert customer.order(order_id) == order

    eventually(lambda: is_free(shop.target, order_id), "end of the claim", 2 * CLAIM_S)
    dead_letters.move(letter, notifications)

    assert len(mailbox.wait_for(shop.target, order_id)) == 1
    assert dead_letters.about(order_id) == []


def is_free(target: Target, order_id: str) -> bool:
    """Whether nobody claims the order's mail, by the claims of the notifier itself."""
    item = target.client("dynamodb").get_item(
        TableName=target.table("orders"), Key={"orderId": {"S": order_id}}
    )["Item"]
    return datetime.fromisoformat(item["mailLeaseUntil"]["S"]) < datetime.now(UTC)


def test_an_event_about_no_order_is_given_up_after_five_receives(
    shop: DeployedShop, notifications: Queue, dead_letters: Queue
) -> None:
    order_id = f"ord_{uuid.uuid4().hex}"

    tell_the_bus(shop.target, order_id)

    (letter,) = eventually(lambda: dead_letters.about(order_id), "dead letter", LETTER_S)
    # Five by the notifier, and ours.
    assert int(letter["Attributes"]["ApproximateReceiveCount"]) >= 6
    dead_letters.delete(letter)


def test_a_bad_message_does_not_hold_up_the_good_ones(
    shop: DeployedShop, notifications: Queue, dead_letters: Queue
) -> None:
    nobody = f"ord_{uuid.uuid4().hex}"

    tell_the_bus(shop.target, nobody)
    order = shop.buy(order_of(TEA))

    assert len(mailbox.wait_for(shop.target, order["orderId"])) == 1
    (letter,) = eventually(lambda: dead_letters.about(nobody), "dead letter", LETTER_S)
    dead_letters.delete(letter)


def test_an_event_that_reached_no_target_is_delivered_by_a_redrive(shop: DeployedShop) -> None:
    with rule_off(shop.target, "order-events"):
        order_id = shop.buy(order_of(TEA))["orderId"]
    event = {
        "source": "checkout",
        "detail-type": "OrderConfirmed",
        "detail": {"orderId": order_id},
    }
    undelivered = Queue(shop.target, "undelivered")
    undelivered.client.send_message(QueueUrl=undelivered.url, MessageBody=json.dumps(event))
    assert mailbox.of_order(shop.target, order_id) == []

    report = redrive.run(shop.target)

    assert (report.events, report.left) == (1, 0)
    assert len(mailbox.wait_for(shop.target, order_id)) == 1


@contextmanager
def rule_off(target: Target, rule: str) -> Iterator[None]:
    """The rule matches nothing; LocalStack delivers for a rule that is disabled, too."""
    events = target.client("events")
    named = {"Name": target.named(rule), "EventBusName": target.prefix}
    usual = events.describe_rule(**named)["EventPattern"]
    events.put_rule(**named, EventPattern=json.dumps({"source": ["nobody"]}))
    try:
        yield
    finally:
        events.put_rule(**named, EventPattern=usual)


def tell_the_bus(target: Target, order_id: str) -> None:
    answer = target.client("events").put_events(
        Entries=[
            {
                "EventBusName": target.prefix,
                "Source": "checkout",
                "DetailType": "OrderConfirmed",
                "Detail": json.dumps({"orderId": order_id}),
            }
        ]
    )
    assert answer["FailedEntryCount"] == 0

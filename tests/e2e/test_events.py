"""What is really put on the event bus keeps to the published schemas."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from checkout.adapters.dynamodb import encode
from lab.core.target import Target
from tests import event_schemas
from tests.deployed_shop import DeployedShop, order_of
from tests.waiting import eventually

TEA = ("TEA-BREAKFAST-100", 1)
Event = dict[str, Any]


@dataclass
class Listener:
    """A queue that gets every event of the bus while it exists."""

    client: Any
    queue_url: str
    heard: list[Event] = field(default_factory=list)

    def listen(self) -> list[Event]:
        answer = self.client.receive_message(
            QueueUrl=self.queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1
        )
        for message in answer.get("Messages", []):
            self.heard.append(json.loads(message["Body"]))
            self.client.delete_message(
                QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"]
            )
        return self.heard

    def events(self, name: str, **detail: str) -> list[Event]:
        """The events of this name about this, as soon as there are any."""

        def found() -> list[Event]:
            return [e for e in self.listen() if e["detail-type"] == name and has(e, detail)]

        return eventually(found, f"{name} {detail} on the bus")


def has(event: Event, detail: dict[str, str]) -> bool:
    return all(event["detail"].get(name) == value for name, value in detail.items())


@contextmanager
def listening(target: Target) -> Iterator[Listener]:
    """A rule and a queue of the test's own on the deployed bus."""
    name = f"listener-{uuid.uuid4().hex[:8]}"
    sqs = target.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn = asked["Attributes"]["QueueArn"]
    try:
        with rule_to(target, name, arn) as rule:
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy(arn, rule)})
            yield Listener(sqs, url)
    finally:
        sqs.delete_queue(QueueUrl=url)


@contextmanager
def rule_to(target: Target, name: str, queue_arn: str) -> Iterator[str]:
    """A rule that sends whatever the checkout says to a queue; its ARN."""
    events, bus = target.client("events"), target.prefix
    pattern = json.dumps({"source": ["checkout"]})
    rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern)
    try:
        targets = [{"Id": "queue", "Arn": queue_arn}]
        events.put_targets(Rule=name, EventBusName=bus, Targets=targets)
        yield rule["RuleArn"]
    finally:
        events.remove_targets(Rule=name, EventBusName=bus, Ids=["queue"])
        events.delete_rule(Name=name, EventBusName=bus)


def policy(queue_arn: str, rule_arn: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(scope="module")
def bus(shop: DeployedShop) -> Iterator[Listener]:
    with listening(shop.target) as listener:
        yield listener
        listener.listen()
        for event in listener.heard:
            event_schemas.validator(event["detail-type"]).validate(event["detail"])


def the_one(events: list[Event]) -> Event:
    """The only event, which says who sent it and keeps to its schema."""
    (event,) = events
    assert event["source"] == "checkout"
    event_schemas.validator(event["detail-type"]).validate(event["detail"])
    detail: Event = event["detail"]
    return detail


def test_a_confirmed_order_is_told_with_its_total(shop: DeployedShop, bus: Listener) -> None:
    order = shop.buy(order_of(TEA))

    told = the_one(bus.events("OrderConfirmed", orderId=order["orderId"]))

    assert told["total"] == order["total"]
    assert told["customerId"] == order["customerId"]


@pytest.mark.parametrize(
    ("request_", "reason", "priced"),
    [
        (order_of(TEA, payment={"token": "tok_declined"}), "PAYMENT_DECLINED", True),
        (order_of(("NO-SUCH-TEA", 1)), "INVALID_CART", False),
    ],
    ids=["declined", "unknown product"],
)
def test_a_rejected_order_is_told_with_its_reason(
    shop: DeployedShop, bus: Listener, request_: dict[str, Any], reason: str, priced: bool
) -> None:
    order = shop.buy(request_)

    told = the_one(bus.events("OrderRejected", orderId=order["orderId"]))

    assert told["reason"] == reason == order["rejection"]["code"]
    assert ("total" in told) is priced


def test_a_failed_order_is_told_and_so_is_its_refund(shop: DeployedShop, bus: Listener) -> None:
    order = shop.buy(order_of(TEA, simulate={"fail": "GenerateOrder", "times": 10}))

    failed = the_one(bus.events("OrderFailed", orderId=order["orderId"]))
    refunded = the_one(bus.events("PaymentRefunded", orderId=order["orderId"]))

    assert failed["total"] == refunded["amount"] == order["payment"]["refunded"]


def test_low_stock_is_told_once(shop: DeployedShop, bus: Listener) -> None:
    sku = a_new_product(shop.target, pieces=5, threshold=3)

    orders = [shop.buy(order_of((sku, 1))) for _ in range(3)]

    bus.events("OrderConfirmed", orderId=orders[-1]["orderId"])  # by then all is told
    told = the_one(bus.events("StockLow", sku=sku))
    cause = orders[1]["orderId"]
    assert told == {"sku": sku, "available": 3, "threshold": 3, "correlationId": cause}


def a_new_product(target: Target, pieces: int, threshold: int) -> str:
    """A product that nobody else buys, in no list."""
    sku = f"TEST-{uuid.uuid4().hex[:8].upper()}"
    product = {
        "sku": sku,
        "name": "Tea for a test",
        "description": "Nobody else buys it.",
        "category": "tests",
        "price": 100,
        "currency": "USD",
        "active": True,
        "tiers": [],
    }
    stock = {
        "sku": sku,
        "initial": pieces,
        "available": pieces,
        "lowStockThreshold": threshold,
    }
    client = target.client("dynamodb")
    client.put_item(TableName=target.table("products"), Item=encode(product))
    client.put_item(TableName=target.table("inventory"), Item=encode(stock))
    return sku

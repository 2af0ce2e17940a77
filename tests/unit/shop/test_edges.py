"""The notifier and the sweeper, as the queue and the schedule call them."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError

import notifier.handler
import sweeper.handler
from checkout.use_cases.end_order import fail_order
from tests.shop import Shop

pytestmark = pytest.mark.usefixtures("open_shop")
NAMES = {
    "function_name": "f",
    "memory_limit_in_mb": 256,
    "invoked_function_arn": "arn",
    "aws_request_id": "r",
}
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 20_000, **NAMES)


def a_record(message_id: str, body: str) -> dict[str, Any]:
    return {
        "messageId": message_id,
        "receiptHandle": "handle",
        "body": body,
        "attributes": {},
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-2:000000000000:notifications",
        "awsRegion": "us-east-2",
    }


def about(order_id: str, **detail: str) -> str:
    """An event of the bus in SNS's envelope."""
    event = {"detail-type": "OrderConfirmed", "detail": {"orderId": order_id, **detail}}
    return json.dumps({"Type": "Notification", "Message": json.dumps(event)})


def deliver(*bodies: str, context: SimpleNamespace = CONTEXT) -> list[str]:
    """Gives the messages `m0`, `m1`, … to the notifier; returns the ids of those that failed."""
    records = [a_record(f"m{i}", body) for i, body in enumerate(bodies)]
    answer = notifier.handler.handle({"Records": records}, context)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


class TestNotifier:
    def test_each_message_is_one_mail(self, shop: Shop) -> None:
        shop.confirmed("ord_1")
        shop.confirmed("ord_2")
        assert deliver(about("ord_1"), about("ord_2")) == []
        assert len(shop.mailer.sent) == 2

    def test_the_same_event_twice_is_one_mail(self, shop: Shop) -> None:
        shop.confirmed()
        assert deliver(about("ord_1"), about("ord_1")) == []
        assert len(shop.mailer.sent) == 1

    def test_a_mail_that_might_be_cut_off_is_not_begun_but_comes_again(self, shop: Shop) -> None:
        shop.confirmed("ord_1")
        shop.confirmed("ord_2")
        left_ms = iter([11_000, 9_000])
        hurried = SimpleNamespace(get_remaining_time_in_millis=lambda: next(left_ms), **NAMES)
        assert deliver(about("ord_1"), about("ord_2"), context=hurried) == ["m1"]
        assert len(shop.mailer.sent) == 1

    @pytest.mark.parametrize(
        "bad", [about("ord_0"), "not JSON", "{}", '{"Message": "{}"}', '{"Message": "[]"}']
    )
    def test_only_messages_that_failed_come_again(self, shop: Shop, bad: str) -> None:
        shop.confirmed()
        assert deliver(bad, about("ord_1")) == ["m0"]
        assert len(shop.mailer.sent) == 1

    def test_a_batch_in_which_everything_failed_comes_again_as_a_whole(self) -> None:
        with pytest.raises(BatchProcessingError):
            deliver(about("ord_0"))


class TestSweeper:
    def test_it_says_what_it_did(self, shop: Shop) -> None:
        shop.place()
        fail_order("ord_1", shop.orders, shop.clock)
        shop.clock.advance(minutes=2)
        assert sweeper.handler.handle({}, CONTEXT) == {"published": 1}
        assert sweeper.handler.handle({}, CONTEXT) == {}

"""One id for a customer's request in all that comes of it: answer, execution, log, event, mail."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from checkout_api.handler import CORRELATION_ID
from lab.core.target import Target
from lab.shop import execution, logs, mailbox, order_trace, purchase
from tests.deployed_shop import DeployedShop, order_of
from tests.e2e.test_events import Listener, listening, the_one
from tests.waiting import eventually

TEA = ("TEA-BREAKFAST-100", 1)
FUNCTIONS = {name for name in logs.functions() if name != "sweeper"}
HOSTILE = [
    "short",
    "c" * 4_000,
    "<script>alert(1)</script>",
    '{"level": "ERROR"}',
    "a b c d e f g h",
]


@pytest.fixture(scope="module")
def bus(shop: DeployedShop) -> Iterator[Listener]:
    with listening(shop.target) as listener:
        yield listener


def place(shop: DeployedShop, sent: str, token: str = "tok_visa") -> httpx.Response:
    headers = {"Idempotency-Key": purchase.new_key(), CORRELATION_ID: sent}
    body = order_of(TEA, payment={"token": token})
    customer = shop.customer()
    answer = customer.send("POST", "/checkout", json=body, headers=headers)
    assert answer.status_code == 202
    shop.ended(customer, answer.json()["orderId"])
    return answer


def lines_about(target: Target, order_id: str) -> list[dict[str, Any]]:
    """The structured lines of all functions about an order."""
    texts = [line.message for name in logs.functions() for line in logs.read(target, name)]
    return [json.loads(text) for text in texts if text.startswith("{") and order_id in text]


def logged_by(target: Target, order_id: str, functions: set[str]) -> list[dict[str, Any]]:
    """The lines about an order, as soon as each of these functions wrote one."""

    def look() -> list[dict[str, Any]]:
        lines = lines_about(target, order_id)
        return lines if functions <= {line["service"] for line in lines} else []

    return eventually(look, f"line of {', '.join(sorted(functions))} about {order_id}")


@pytest.mark.parametrize(
    ("token", "status"), [("tok_visa", "CONFIRMED"), ("tok_declined", "REJECTED")]
)
def test_the_id_is_everywhere_where_the_order_was(
    shop: DeployedShop, bus: Listener, token: str, status: str
) -> None:
    sent = f"e2e-{uuid.uuid4()}"
    answer = place(shop, sent, token)
    order_id = answer.json()["orderId"]
    assert answer.headers[CORRELATION_ID] == sent

    arn = execution.arn_of(shop.target, order_id)
    described = shop.target.client("stepfunctions").describe_execution(executionArn=arn)
    assert json.loads(described["input"])["correlationId"] == sent

    event = the_one(bus.events(f"Order{status.capitalize()}", orderId=order_id))
    assert event["correlationId"] == sent

    lines = logged_by(shop.target, order_id, FUNCTIONS)
    assert {line["correlation_id"] for line in lines} == {sent}
    (mailed,) = [line for line in lines if line["message"] == "mailed"]
    assert mailed["sqs_message_id"]  # its detail came through the topic and the queue

    (mail,) = mailbox.wait_for(shop.target, order_id)
    assert mail.correlation_id == sent


@pytest.mark.parametrize(
    ("token", "steps"),
    [
        ("tok_visa", ["ok"] * 5),
        ("tok_declined", ["ok", "ok", "refused", "undone", "ok", "ok"]),
    ],
)
def test_lab_trace_draws_the_whole_way(shop: DeployedShop, token: str, steps: list[str]) -> None:
    sent = f"e2e-{uuid.uuid4()}"
    order_id = place(shop, sent, token).json()["orderId"]
    logged_by(shop.target, order_id, FUNCTIONS)

    trace = order_trace.read(shop.target, sent)
    assert trace == order_trace.read(shop.target, order_id)
    assert (trace.order_id, trace.correlation_id, trace.missing) == (order_id, sent, ())
    kinds = {span.kind for span in trace.spans}
    assert {"api", "step", "ledger", "order", "event", "queue", "notifier", "mail"} == kinds
    assert [span.outcome for span in trace.spans if span.kind == "step"] == steps
    first = min(trace.spans, key=lambda span: span.started)
    assert (first.kind, trace.spans[-1].kind) == ("api", "mail")
    assert all(span.ended >= span.started for span in trace.spans)


@pytest.mark.parametrize("sent", HOSTILE, ids=lambda sent: sent[:8])
def test_what_is_no_id_reaches_no_log_and_no_mail(shop: DeployedShop, sent: str) -> None:
    answer = place(shop, sent)
    order_id = answer.json()["orderId"]
    chosen = answer.headers[CORRELATION_ID]
    assert chosen == order_id

    lines = logged_by(shop.target, order_id, {"checkout-api", "notifier"})
    assert {line["correlation_id"] for line in lines} == {chosen}
    assert sent not in json.dumps(lines)
    (mail,) = mailbox.wait_for(shop.target, order_id)
    assert mail.correlation_id == chosen


def test_a_repetition_is_answered_with_the_first_id(shop: DeployedShop) -> None:
    customer, key = shop.customer(), purchase.new_key()
    answers = [
        customer.send(
            "POST",
            "/checkout",
            json=order_of(TEA),
            headers={"Idempotency-Key": key, CORRELATION_ID: f"repeated-{number}"},
        )
        for number in range(2)
    ]
    assert {answer.headers[CORRELATION_ID] for answer in answers} == {"repeated-0"}
    assert len({answer.json()["orderId"] for answer in answers}) == 1
    shop.ended(customer, answers[0].json()["orderId"])


def test_errors_have_an_id_too(shop: DeployedShop) -> None:
    stranger = shop.stranger()
    for path, status in (("/orders", 401), ("/products/NO-SUCH-TEA", 404)):
        answer = stranger.send("GET", path, headers={CORRELATION_ID: "an-error-1"})
        assert (answer.status_code, answer.headers[CORRELATION_ID]) == (status, "an-error-1")

"""Every event that the checkout can make keeps to its published schema."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import ValidationError

from checkout.domain import events
from checkout.domain.events import Event
from checkout.domain.order import OrderStatus, Rejection, RejectionCode
from checkout.domain.stock import StockLevel
from lab.core.paths import TERRAFORM
from tests import event_schemas
from tests.builders import a_quote, an_ended_order, usd

ORDER_ID = f"ord_{'0a' * 16}"


def ended(status: OrderStatus, code: RejectionCode | None = None, priced: bool = True) -> Event:
    rejection = Rejection(code, "in words") if code else None
    quote = a_quote() if priced else None
    order = an_ended_order(status, order_id=ORDER_ID, rejection=rejection, quote=quote)
    return events.order_ended(order)


MADE = [
    ended(OrderStatus.CONFIRMED),
    *[
        ended(OrderStatus.REJECTED, code, priced)
        for code in RejectionCode
        for priced in (True, False)
    ],
    ended(OrderStatus.FAILED),
    ended(OrderStatus.FAILED, priced=False),
    events.payment_refunded(an_ended_order(order_id=ORDER_ID), usd(2599)),
    events.stock_low(StockLevel("TEA", 0, 3)),
    events.stock_low(StockLevel("TEA", 0, 3), "request-1"),
]


def workflow_event() -> tuple[str, dict[str, Any]]:
    """The event that the state machine puts on the bus itself, with values as at run time."""
    text = (TERRAFORM / "modules/checkout/workflow.asl.json").read_text("utf-8")
    states = json.loads(text)["States"]
    entry = states["PublishCompensationFailed"]["Parameters"]["Entries"][0]
    values = {
        "$.orderId": ORDER_ID,
        "$.correlationId": "request-1",
        "$$.Execution.Id": f"arn:aws:states:us-east-2:123456789012:execution:checkout:{ORDER_ID}",
    }
    detail = {name.removesuffix(".$"): values[path] for name, path in entry["Detail"].items()}
    return entry["DetailType"], detail


def check(event: str, detail: Mapping[str, Any]) -> None:
    event_schemas.validator(event).validate(json.loads(json.dumps(detail)))


@pytest.mark.parametrize("event", MADE, ids=lambda event: event.type)
def test_what_the_domain_tells_keeps_to_the_schema(event: Event) -> None:
    check(event.type, event.detail)


def test_what_the_workflow_tells_keeps_to_the_schema() -> None:
    check(*workflow_event())


def test_there_is_a_schema_for_every_event_and_an_event_for_every_schema() -> None:
    told = {event.type for event in MADE} | {workflow_event()[0]}
    assert told == event_schemas.names()


def test_the_rules_of_the_bus_know_every_event() -> None:
    wiring = (TERRAFORM / "modules/checkout/messaging.tf").read_text("utf-8")
    listed = re.findall(r"detail_types\s*=\s*\[(.*?)\]", wiring)
    assert set(re.findall(r'"(\w+)"', " ".join(listed))) == event_schemas.names()


def test_no_function_of_the_domain_makes_an_event_that_is_not_checked_here() -> None:
    found = inspect.getmembers(events, inspect.isfunction)
    makers = {name for name, made in found if made.__annotations__.get("return") == "Event"}
    assert makers == {"order_ended", "payment_refunded", "stock_low"}


@pytest.mark.parametrize(
    "change",
    [
        {"email": "ada@example.com"},
        {"status": "PENDING"},
        {"orderId": "ord_1"},
        {"correlationId": "request 1\r\n"},
        {"at": "yesterday"},
        {"at": "2026-11-22T12:00:00+01:00"},
        {"total": {"amount": 25.99, "currency": "USD"}},
        {"reason": "OUT_OF_STOCK"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_schema_refuses_what_is_not_its_event(change: dict[str, Any]) -> None:
    good = MADE[0]
    bad = replace(good, detail={**good.detail, **change})
    with pytest.raises(ValidationError):
        check(bad.type, bad.detail)

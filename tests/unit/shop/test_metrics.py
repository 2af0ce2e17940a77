"""The checkout's own metrics: what they count, and that each of the list is really written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

import sweeper.handler
from checkout.adapters.cloudwatch import CountedEvents, Monitor
from checkout.domain.errors import PaymentDeclined, WrongRow
from checkout.domain.events import Event
from checkout.metrics import METRICS, put
from tests.builders import a_product, a_request, cart
from tests.fake_services import Down
from tests.shop import Shop
from tests.unit.shop.api import post_checkout
from tests.unit.shop.test_workflow_tasks import CONTEXT, caught, step

CONFIRMING = (
    *("ValidateCart", "ReserveStock", "ProcessPayment", "GenerateOrder"),
    "PublishOrderConfirmed",
)


@dataclass(frozen=True)
class Point:
    """One value of a metric in the log."""

    name: str
    value: float
    unit: str
    dimensions: dict[str, str]


Written = Callable[[], list[Point]]


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Written:
    """The values that were written since it was last asked."""

    def read() -> list[Point]:
        lines = (json.loads(line) for line in capsys.readouterr().out.splitlines())
        return [point for line in lines if "_aws" in line for point in points(line)]

    return read


def points(line: dict[str, Any]) -> Iterator[Point]:
    """What CloudWatch makes of a line: by its specification of the embedded metric format."""
    for described in line["_aws"]["CloudWatchMetrics"]:
        assert described["Namespace"] == "CheckoutLab"
        (names,) = described["Dimensions"]
        for metric in described["Metrics"]:
            name = metric["Name"]
            (value,) = line[name]
            yield Point(name, value, metric["Unit"], {name: line[name] for name in names})


@pytest.fixture
def counted(open_shop: Shop) -> Shop:
    """The shop with its events counted, as bootstrap.py wires them."""
    open_shop.events = CountedEvents(open_shop.events, "dev")  # type: ignore[assignment]
    return open_shop


def named(found: list[Point], name: str) -> list[tuple[float, dict[str, str]]]:
    return [
        (point.value, {n: v for n, v in point.dimensions.items() if n != "environment"})
        for point in found
        if point.name == name
    ]


def test_a_confirmed_order_is_counted_with_its_total(counted: Shop, written: Written) -> None:
    confirm(counted)

    found = written()
    assert named(found, "OrdersConfirmed") == [(1, {})]
    assert named(found, "Revenue") == [(2599, {"currency": "USD"})]
    assert named(found, "UnitsHeld") == [(2, {})]
    assert named(found, "StockLeft") == [(8, {})]
    assert [d["step"] for _, d in named(found, "StepDuration")] == list(CONFIRMING)


def test_an_event_that_was_published_before_is_not_counted_again(
    counted: Shop, written: Written
) -> None:
    confirm(counted)
    step("PublishOrderConfirmed")

    assert named(written(), "OrdersConfirmed") == [(1, {})]


def test_an_event_that_is_not_published_is_not_counted(written: Written) -> None:
    class Closed:
        def publish(self, event: Event) -> None:
            raise Down(event.type)

    with pytest.raises(Down):
        CountedEvents(Closed(), "dev").publish(Event("OrderFailed"))

    assert written() == []


def test_an_order_that_the_sweeper_ends_is_counted_like_any_other(
    counted: Shop, written: Written
) -> None:
    swept(counted)

    found = written()
    assert named(found, "OrdersFailed") == [(1, {})]
    assert named(found, "Refunds") == [(2599, {"currency": "USD"})]
    assert named(found, "Swept") == [(1, {"outcome": "undone"})]


def test_a_reason_of_the_customers_is_told_from_a_mistake_of_ours(
    counted: Shop, written: Written
) -> None:
    decline(counted)

    found = written()
    assert named(found, "StepRejections") == [(1, {"step": "ProcessPayment"})]
    assert named(found, "OrdersRejected") == [(1, {"reason": "PAYMENT_DECLINED"})]


def test_a_step_that_fails_for_another_reason_is_no_rejection(
    counted: Shop, written: Written
) -> None:
    counted.place()
    with pytest.raises(Exception, match="told to fail"):
        step("ValidateCart", simulate={"fail": "ValidateCart"})

    found = written()
    assert named(found, "StepRejections") == []
    assert len(named(found, "StepDuration")) == 1


def test_a_metric_without_one_of_its_dimensions_is_refused() -> None:
    by_step = next(metric for metric in METRICS if "step" in metric.dimensions)
    with pytest.raises(KeyError, match="step"):
        put(by_step, "dev")


def test_every_metric_of_the_list_is_written_as_the_list_says(
    counted: Shop, written: Written
) -> None:
    post_checkout()
    confirm(counted)
    swept(counted, "ord_2")
    decline(counted, "ord_3")
    counted.sell(a_product("JAM"), available=1, low=0)
    confirm(counted, "ord_4", cart(JAM=1))

    Monitor("dev").wrong_row("products-dev", "TEA", WrongRow("price is missing"))
    Monitor("dev").not_given_back("ord_1", ["3 of TEA: it has no stock record"])

    found = written()
    assert {point.name for point in found} == {metric.name for metric in METRICS}
    listed = {metric.name: metric for metric in METRICS}
    for point in found:
        metric = listed[point.name]
        assert list(point.dimensions) == ["environment", *metric.dimensions]
        assert (point.unit, point.dimensions["environment"]) == (metric.unit.value, "dev")


def confirm(shop: Shop, order_id: str = "ord_1", items: Any = None) -> None:
    shop.place(order_id, a_request(**({"items": items} if items else {})))
    for task in CONFIRMING:
        step(task, orderId=order_id)


def decline(shop: Shop, order_id: str = "ord_1") -> None:
    shop.place(order_id, a_request(payment_token="tok_declined"))
    for task in ("ValidateCart", "ReserveStock"):
        step(task, orderId=order_id)
    with pytest.raises(PaymentDeclined):
        step("ProcessPayment", orderId=order_id)
    step("ReleaseStock", orderId=order_id)
    error = caught("PaymentDeclined", "The bank declined the payment")
    step("RejectOrder", orderId=order_id, error=error)
    step("PublishOrderRejected", orderId=order_id)


def swept(shop: Shop, order_id: str = "ord_1") -> None:
    """An order whose execution died after it was paid."""
    shop.place(order_id)
    shop.run(order_id, ["validate", "reserve", "pay"])
    shop.workflow.start(order_id, None, "request-1")
    shop.workflow.ended.add(order_id)
    shop.clock.advance(minutes=2)
    sweeper.handler.handle({}, CONTEXT)

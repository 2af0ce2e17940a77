"""An order is settled by what the books say, whoever asks and however often."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Barrier, Thread
from types import SimpleNamespace

import pytest

import sweeper.handler
from checkout.domain.errors import AlreadyConfirmed, OrderNotFound, PaymentDeclined
from checkout.domain.order import OrderStatus, RejectionCode
from checkout.domain.payment import EntryKind, balance
from checkout.domain.stock import ReservationStatus
from checkout.use_cases.attempts import attempt_all
from checkout.use_cases.process_payment import refund_payment
from checkout.use_cases.settle_order import Outcome
from tests.builders import a_request, usd
from tests.fake_services import Down
from tests.shop import Shop

CONTEXT = SimpleNamespace(
    function_name="f", memory_limit_in_mb=256, invoked_function_arn="arn", aws_request_id="r"
)
WAY = ("validate", "reserve", "pay", "generate")


def died_after(shop: Shop, *steps: str, order_id: str = "ord_1", token: str = "tok_visa") -> None:
    """An order whose execution ended after these steps, whatever it should have done yet."""
    shop.place(order_id, a_request(payment_token=token))
    shop.run(order_id, steps)
    shop.workflow.start(order_id, None, "request-1")
    shop.workflow.ended.add(order_id)


def settle(shop: Shop, order_id: str = "ord_1") -> Outcome:
    return shop.sweeper().settle(order_id)


@pytest.mark.parametrize("steps", range(len(WAY)))
def test_an_order_that_died_on_its_way_gives_everything_back(shop: Shop, steps: int) -> None:
    died_after(shop, *WAY[:steps])
    assert settle(shop) is Outcome.UNDONE
    assert shop.orders.get("ord_1").status is OrderStatus.FAILED
    assert balance(shop.ledger.entries("ord_1"), "USD") == usd(0)
    assert shop.available() == 10


def test_an_order_that_died_after_it_was_confirmed_is_only_published(shop: Shop) -> None:
    died_after(shop, *WAY)
    assert settle(shop) is Outcome.PUBLISHED
    assert (shop.available(), shop.events.types) == (8, ["OrderConfirmed"])


def test_a_card_that_was_declined_is_still_the_reason(shop: Shop) -> None:
    died_after(shop, "validate", "reserve", token="tok_fraud")
    with pytest.raises(PaymentDeclined) as declined:
        shop.run("ord_1", ["pay"])
    assert settle(shop) is Outcome.UNDONE
    order = shop.orders.get("ord_1")
    assert order.status is OrderStatus.REJECTED
    assert order.rejection
    assert order.rejection.code is RejectionCode.PAYMENT_DECLINED
    assert order.rejection.message == str(declined.value)
    assert shop.available() == 10


def test_a_charge_that_nobody_wrote_down_is_given_back(shop: Shop) -> None:
    """The payment step was killed between the gateway's answer and the ledger."""
    died_after(shop, "validate", "reserve", "pay")
    for kind in (EntryKind.AUTHORISED, EntryKind.CAPTURED):
        shop.ledger.kept.pop(("ord_1", kind))
    settle(shop)
    kinds = {entry.kind for entry in shop.ledger.entries("ord_1")}
    assert kinds == {EntryKind.CAPTURED, EntryKind.REFUNDED}


def test_a_running_execution_is_left_alone_even_if_its_order_has_ended(shop: Shop) -> None:
    shop.confirmed()
    shop.workflow.start("ord_1", None, "request-1")
    assert settle(shop) is Outcome.RUNNING
    assert shop.events.types == []


def test_an_order_that_was_never_started_is_started(shop: Shop) -> None:
    shop.place()
    assert settle(shop) is Outcome.STARTED
    assert "ord_1" in shop.workflow.started


def test_what_has_ended_and_is_published_needs_nothing(shop: Shop) -> None:
    died_after(shop, *WAY)
    settle(shop)
    assert settle(shop) is Outcome.FINISHED
    assert shop.events.types == ["OrderConfirmed"]


def test_only_an_order_that_has_ended_is_final() -> None:
    assert {outcome for outcome in Outcome if not outcome.is_final} == {
        Outcome.RUNNING,
        Outcome.STARTED,
    }


def test_an_unknown_order_is_an_error(shop: Shop) -> None:
    with pytest.raises(OrderNotFound):
        settle(shop, "ord_0")


def test_a_refund_that_fails_does_not_stop_the_release(shop: Shop) -> None:
    died_after(shop, "validate", "reserve", "pay")
    shop.ledger.outages = 1
    with pytest.raises(ExceptionGroup) as caught:
        settle(shop)
    assert [type(failure) for failure in caught.value.exceptions] == [Down]
    assert shop.memory.reservations["ord_1"].status is ReservationStatus.RELEASED
    assert shop.orders.get("ord_1").is_open
    assert settle(shop) is Outcome.UNDONE
    assert balance(shop.ledger.entries("ord_1"), "USD") == usd(0)


def test_two_that_settle_the_same_order_do_no_harm(shop: Shop) -> None:
    """The sweeper's minute has come while somebody redrives the queue."""
    died_after(shop, "validate", "reserve", "pay")
    at_once([partial(settle, shop)] * 8)
    order = shop.orders.get("ord_1")
    assert [change.status for change in order.history] == ["PENDING", "FAILED"]
    assert len(shop.ledger.entries("ord_1")) == 3
    assert shop.available() == 10
    assert set(shop.events.types) == {"PaymentRefunded", "OrderFailed"}


def at_once(calls: list[Callable[[], Outcome]]) -> None:
    barrier = Barrier(len(calls))
    failures: list[Exception] = []

    def run(call: Callable[[], Outcome]) -> None:
        barrier.wait()
        try:
            call()
        except Exception as failure:
            failures.append(failure)

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_every_job_is_done_whatever_becomes_of_the_others() -> None:
    done: list[int] = []

    def fail() -> None:
        raise Down

    with pytest.raises(ExceptionGroup):
        attempt_all([partial(done.append, 1), fail, partial(done.append, 2)])
    assert done == [1, 2]


def test_a_confirmed_order_is_told_from_other_ends_by_name(shop: Shop) -> None:
    """The workflow catches the name, and goes on where the order was confirmed."""
    shop.confirmed()
    with pytest.raises(AlreadyConfirmed):
        refund_payment("ord_1", shop.orders, shop.gateway, shop.ledger, shop.events, shop.clock)


@pytest.mark.usefixtures("open_shop")
class TestHandler:
    def test_each_order_that_is_named_is_settled(self, shop: Shop) -> None:
        died_after(shop, "validate", order_id="ord_1")
        shop.place("ord_2")
        answer = sweeper.handler.handle({"orderIds": ["ord_1", "ord_2"]}, CONTEXT)
        assert answer["orders"] == [
            {
                "orderId": "ord_1",
                "outcome": "undone",
                "status": "FAILED",
                "final": True,
                "losses": [],
            },
            {
                "orderId": "ord_2",
                "outcome": "started",
                "status": "PENDING",
                "final": False,
                "losses": [],
            },
        ]

    def test_what_keeps_an_order_is_told_and_does_not_stop_the_others(self, shop: Shop) -> None:
        died_after(shop, *WAY)
        shop.events.outages = 1
        died_after(shop, "validate", order_id="ord_2")
        answer = sweeper.handler.handle({"orderIds": ["ord_1", "ord_0", "ord_2"]}, CONTEXT)
        assert [(row["outcome"], row["final"]) for row in answer["orders"]] == [
            ("left", False),
            ("left", False),
            ("undone", True),
        ]
        assert [row.get("problem", "").split(":")[0] for row in answer["orders"]] == [
            "Down",
            "OrderNotFound",
            "",
        ]

    def test_no_order_named_is_no_order_settled(self, shop: Shop) -> None:
        died_after(shop, *WAY)
        shop.clock.advance(minutes=2)
        assert sweeper.handler.handle({"orderIds": []}, CONTEXT) == {"orders": []}
        assert shop.events.types == []

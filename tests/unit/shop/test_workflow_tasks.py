"""What the state machine and the handlers agree on: tasks, failure switches, names of errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

import cart_validator.handler
import order_generator.handler
import payment_processor.handler
import stock_checker.handler
from checkout import failure_switches, task_runner
from checkout.domain.errors import (
    InvalidCart,
    OutOfStock,
    PaymentDeclined,
    PromotionExhausted,
    SimulatedFailure,
)
from checkout.domain.order import Fault, OrderStatus, RejectionCode
from checkout.task_runner import Task
from tests.builders import a_product, a_promotion, a_request, cart
from tests.shop import Shop

CONTEXT = SimpleNamespace(
    function_name="f", memory_limit_in_mb=256, invoked_function_arn="arn", aws_request_id="r"
)
STEPS = (
    cart_validator.handler,
    stock_checker.handler,
    payment_processor.handler,
    order_generator.handler,
)
HANDLERS: dict[str, Callable[..., Any]] = {
    task: handler.handle for handler in STEPS for task in handler.TASKS
}


def an_event(task: str, **changes: object) -> dict[str, Any]:
    """What workflow.asl.json sends."""
    return {"task": task, "orderId": "ord_1", "simulate": None, "attempt": 0, **changes}


def settings(switches_allowed: bool) -> Any:
    return SimpleNamespace(environment="dev", failure_switches=switches_allowed)


def step(task: str, **changes: object) -> Any:
    """What a task answers besides its own name."""
    answer = HANDLERS[task](an_event(task, **changes), CONTEXT)
    assert answer.pop("done") == task
    return answer


def caught(error: str, message: str) -> dict[str, str]:
    """What Step Functions puts into `$.error` when a function raised."""
    cause = {"errorMessage": message, "errorType": error, "stackTrace": []}
    return {"Error": error, "Cause": json.dumps(cause)}


SWITCH = {"fail": "ReserveStock", "times": 2}


class TestFailureSwitch:
    def run(self, task: str, attempt: int, allowed: bool = True) -> list[str]:
        calls: list[str] = []
        event = an_event(task, attempt=attempt, simulate=SWITCH)
        task_runner.run(event, {task: lambda t: calls.append(t.name)}, settings(allowed))
        return calls

    @pytest.mark.parametrize("attempt", [0, 1])
    def test_a_state_fails_as_often_as_it_was_told_to(self, attempt: int) -> None:
        with pytest.raises(SimulatedFailure, match=f"attempt {attempt}"):
            self.run("ReserveStock", attempt)

    def test_the_attempt_after_that_succeeds(self) -> None:
        assert self.run("ReserveStock", 2) == ["ReserveStock"]

    def test_other_states_do_not_fail(self) -> None:
        assert self.run("ReleaseStock", 0) == ["ReleaseStock"]

    def test_the_switch_does_nothing_where_the_environment_does_not_allow_it(self) -> None:
        assert self.run("ReserveStock", 0, allowed=False) == ["ReserveStock"]

    def test_a_switch_without_times_fails_once(self) -> None:
        switch = {"fail": "ReserveStock"}
        assert Task("ReserveStock", "ord_1", 0, switch, None).fault is Fault.RAISE
        assert Task("ReserveStock", "ord_1", 1, switch, None).fault is None

    def test_a_state_that_must_fail_before_always_fails(self) -> None:
        switch = {"fail": "RefundPayment", "after": "GenerateOrder"}
        assert Task("GenerateOrder", "ord_1", 3, switch, None).fault is Fault.RAISE
        assert Task("ReserveStock", "ord_1", 0, switch, None).fault is None


class TestFaults:
    """Each way to fail, on a task that notes that it ran."""

    def run(self, how: str) -> tuple[object, list[str]]:
        calls: list[str] = []
        switch = {"fail": "ReserveStock", "times": 1, "how": how}
        event = an_event("ReserveStock", simulate=switch)
        answer = task_runner.run(
            event, {"ReserveStock": lambda t: calls.append(t.name)}, settings(True)
        )
        return answer, calls

    def test_garbage_is_no_answer_of_a_task_that_did_nothing(self) -> None:
        assert self.run("garbage") == (failure_switches.GARBAGE, [])

    def test_a_task_that_hangs_outlives_its_limits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        naps: list[float] = []
        monkeypatch.setattr(failure_switches.time, "sleep", naps.append)
        with pytest.raises(SimulatedFailure):
            self.run("timeout")
        assert naps == [failure_switches.HANG_S]
        assert failure_switches.HANG_S > 15

    def test_a_task_that_is_killed_has_done_its_work(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def die(status: int) -> None:
            raise SystemExit(status)

        monkeypatch.setattr(failure_switches.os, "_exit", die)
        calls: list[str] = []
        switch = {"fail": "ReserveStock", "how": "kill_after"}
        event = an_event("ReserveStock", simulate=switch)
        with pytest.raises(SystemExit):
            task_runner.run(event, {"ReserveStock": lambda t: calls.append(t.name)}, settings(True))
        assert calls == ["ReserveStock"]

    @pytest.mark.parametrize("how", list(Fault))
    def test_no_fault_is_thrown_where_the_environment_does_not_allow_it(self, how: Fault) -> None:
        event = an_event("ReserveStock", simulate={"fail": "ReserveStock", "how": how.value})
        answer = task_runner.run(event, {"ReserveStock": lambda _: {"lines": 1}}, settings(False))
        assert answer == {"done": "ReserveStock", "lines": 1}


class TestErrors:
    @pytest.mark.parametrize(
        ("error", "code"),
        [
            ("InvalidCart", RejectionCode.INVALID_CART),
            ("OutOfStock", RejectionCode.OUT_OF_STOCK),
            ("PaymentDeclined", RejectionCode.PAYMENT_DECLINED),
        ],
    )
    def test_a_rejection_is_read_from_what_the_state_machine_caught(
        self, error: str, code: RejectionCode
    ) -> None:
        rejection = Task.parse(an_event("RejectOrder", error=caught(error, "why"))).rejection()
        assert (rejection.code, rejection.message) == (code, "why")

    @pytest.mark.parametrize("error", [InvalidCart([]), OutOfStock(["TEA"]), PaymentDeclined("x")])
    def test_an_error_that_the_state_machine_knows_keeps_its_name(self, error: Exception) -> None:
        def fail(_task: Task) -> None:
            raise error

        with pytest.raises(type(error)) as raised:
            task_runner.run(an_event("ReserveStock"), {"ReserveStock": fail}, settings(False))
        assert type(raised.value) is type(error)

    def test_a_promotion_that_ran_out_is_told_by_the_name_that_the_state_machine_knows(
        self,
    ) -> None:
        def fail(_task: Task) -> None:
            raise PromotionExhausted(["TEN"])

        with pytest.raises(InvalidCart) as raised:
            task_runner.run(an_event("ReserveStock"), {"ReserveStock": fail}, settings(False))
        assert type(raised.value) is InvalidCart
        assert str(raised.value) == "No longer redeemable: TEN"


@pytest.mark.usefixtures("open_shop")
class TestHandlers:
    def test_the_happy_path_confirms_and_publishes(self, shop: Shop) -> None:
        shop.place()
        assert step("ValidateCart") == {"total": 2599, "currency": "USD"}
        assert step("ReserveStock") == {"lines": 1, "expiresAt": "2026-11-22T12:15:00+00:00"}
        assert step("ProcessPayment") == {"captured": 2599, "currency": "USD"}
        assert step("GenerateOrder") == {}
        assert step("PublishOrderConfirmed") == {"status": "CONFIRMED"}
        assert shop.orders.get("ord_1").status is OrderStatus.CONFIRMED
        assert shop.events.types == ["OrderConfirmed"]

    def test_low_stock_is_told_once(self, shop: Shop) -> None:
        shop.sell(a_product(), available=5, low=3)
        shop.place()
        for task in ("ValidateCart", "ReserveStock", "ReserveStock"):
            step(task)
        assert shop.events.types == ["StockLow"]

    def test_a_low_stock_that_cannot_be_told_does_not_fail_the_order(self, shop: Shop) -> None:
        shop.sell(a_product(), available=5, low=3)
        shop.place()
        step("ValidateCart")
        shop.events.outages = 1
        step("ReserveStock")
        assert (shop.events.types, shop.available()) == ([], 3)

    def test_a_declined_order_is_released_rejected_and_published(self, shop: Shop) -> None:
        shop.place(request=a_request(payment_token="tok_fraud"))
        step("ValidateCart")
        step("ReserveStock")
        with pytest.raises(PaymentDeclined) as declined:
            step("ProcessPayment")
        assert step("ReleaseStock") == {"released": True}
        step("RejectOrder", error=caught("PaymentDeclined", str(declined.value)))
        assert step("PublishOrderRejected") == {"status": "REJECTED"}
        rejection = shop.orders.get("ord_1").rejection
        assert rejection
        assert rejection.message == str(declined.value)
        assert shop.available() == 10

    def test_a_failed_order_is_refunded_released_and_published(self, shop: Shop) -> None:
        shop.place()
        for task in ("ValidateCart", "ReserveStock", "ProcessPayment"):
            step(task)
        with pytest.raises(SimulatedFailure):
            step("GenerateOrder", simulate={"fail": "GenerateOrder", "times": 1})
        assert step("RefundPayment") == {"refunded": 2599}
        assert step("ReleaseStock") == {"released": True}
        assert step("FailOrder", error=caught("SimulatedFailure", "x")) == {}
        assert step("PublishOrderFailed") == {"status": "FAILED"}
        assert shop.available() == 10

    def test_compensations_of_steps_that_never_ran_do_nothing(self, shop: Shop) -> None:
        shop.place()
        assert step("RefundPayment") == {"refunded": 0}
        assert step("ReleaseStock") == {"released": False}

    def test_a_race_for_the_last_redemption_rejects_the_order(self, shop: Shop) -> None:
        shop.promote(a_promotion("TEN", redemption_limit=1))
        shop.place(request=a_request(discount_codes=("TEN",), items=cart(TEA=1)))
        step("ValidateCart")
        shop.promote(a_promotion("TEN", redemption_limit=1, redemptions=1))
        with pytest.raises(InvalidCart) as raised:
            step("ReserveStock")
        assert type(raised.value).__name__ in task_runner.REJECTION_CODES

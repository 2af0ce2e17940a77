"""What nobody works on any more: the sweeper finishes it, and leaves alone what still runs."""

from __future__ import annotations

import json
import time
from functools import partial
from typing import Any

import pytest

from checkout.adapters import item_mapping
from lab.operate import redrive
from tests.builders import an_order
from tests.chaos.conftest import Tell
from tests.chaos.crowd import Crowd
from tests.chaos.test_fault_matrix import FOR_GOOD, STATES, Case
from tests.deployed_shop import at_once, order_of
from tests.waiting import eventually

pytestmark = pytest.mark.exhaustive

ENDS = {
    "PublishOrderConfirmed": "CONFIRMED",
    "RejectOrder": "REJECTED",
    "PublishOrderRejected": "REJECTED",
}


@pytest.mark.timeout(600)
def test_an_execution_that_is_stopped_in_any_state_is_settled_by_the_books(
    crowd: Crowd, tell: Tell
) -> None:
    sku, buyer = crowd.sell(len(STATES)), crowd.sign_in()

    stopped = at_once([partial(_stopped_in, s, crowd, buyer, sku) for s in STATES], workers=11)

    settled = redrive.settle(crowd.shop.target, stopped)
    ends = {state: order.status for state, order in zip(STATES, settled, strict=True)}
    assert ends == {state: ENDS.get(state, "FAILED") for state in STATES}
    assert crowd.available(sku) == len(STATES) - 1
    tell(f"{json.dumps(ends, indent=1)}\n{crowd.audit()}")


def _stopped_in(state: str, crowd: Crowd, buyer: str, sku: str) -> str:
    """An order whose execution was stopped while a state hung, before it did anything."""
    case = Case(state, "timeout", FOR_GOOD)
    request = order_of((sku, 1), payment={"token": case.card}, simulate=case.simulate)
    order_id = crowd.place(buyer, request)
    _wait_for_state(crowd, order_id, state)
    crowd.workflow.stop_execution(executionArn=crowd.executions + order_id, cause="a test")
    crowd.wait(order_id)
    return order_id


def _wait_for_state(crowd: Crowd, order_id: str, state: str) -> None:
    deadline = time.monotonic() + 120
    while state not in crowd.way(order_id).path:
        assert time.monotonic() < deadline, crowd.way(order_id).steps
        time.sleep(0.5)


def test_an_order_whose_execution_was_never_started_is_started(crowd: Crowd) -> None:
    """The API died between writing the order and starting its execution."""
    order_id = f"ord_{time.time_ns():032x}"
    item = item_mapping.order_item(an_order(order_id))
    sku = crowd.sell(2)
    crowd.table("orders").put_item(Item={**item, "items": [{"sku": sku, "quantity": 2}]})

    (settled,) = redrive.settle(crowd.shop.target, [order_id])

    assert settled.outcome == "started"
    crowd.wait(order_id)
    assert crowd.orders([order_id])[order_id]["status"] == "CONFIRMED"
    assert crowd.available(sku) == 0
    crowd.audit()


def test_a_running_order_is_left_alone_and_an_expired_hold_is_given_back(crowd: Crowd) -> None:
    sku, buyer = crowd.sell(3), crowd.sign_in()
    switch = Case("ProcessPayment", "timeout", 1).simulate
    order_id = crowd.place(buyer, order_of((sku, 3), simulate=switch))
    _wait_for_state(crowd, order_id, "ProcessPayment")

    (settled,) = redrive.settle(crowd.shop.target, [order_id])
    assert (settled.outcome, crowd.available(sku)) == ("running", 0)

    _expire(crowd, order_id)
    # The index of reservations may be a moment behind: the sweep after finds it.
    eventually(lambda: _sweep(crowd).get("released"), "hold released by a sweep", 60)
    assert crowd.available(sku) == 3

    crowd.wait(order_id)
    order = crowd.orders([order_id])[order_id]
    assert order["status"] == "FAILED", "an order without its hold is never confirmed"
    crowd.audit()


def _expire(crowd: Crowd, order_id: str) -> None:
    crowd.table("reservations").update_item(
        Key={"orderId": order_id},
        UpdateExpression="SET expiresAt = :past",
        ConditionExpression="heldStatus = :held",
        ExpressionAttributeValues={":past": int(time.time()) - 1, ":held": "HELD"},
    )


def _sweep(crowd: Crowd) -> dict[str, Any]:
    """Runs the sweeper as its schedule does."""
    target = crowd.shop.target
    answer = target.client("lambda").invoke(FunctionName=target.named("sweeper"), Qualifier="live")
    done: dict[str, Any] = json.loads(answer["Payload"].read())
    return done

"""What the workflow could not finish, the sweeper finishes, with the permissions that it has."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

import pytest

from checkout.adapters import item_mapping
from lab.core import tables
from lab.operate import redrive
from lab.shop import execution, purchase
from lab.shop.shop_client import CheckoutApi
from tests.builders import an_order
from tests.deployed_shop import DeployedShop, at_once, order_of
from tests.waiting import eventually

TEA = "TEA-BREAKFAST-100"
FOR_GOOD = 100

# Money to give back, stock and a promotion to give back.
SWITCHES = [
    {"fail": "RefundPayment", "after": "GenerateOrder", "times": FOR_GOOD},
    {"fail": "ReleaseStock", "after": "GenerateOrder", "times": FOR_GOOD},
]
# Nothing was ever taken; all was given back, and then the end could not be written.
NOTHING_HANGS = [
    {"fail": "FailOrder", "after": "ValidateCart", "times": FOR_GOOD},
    {"fail": "FailOrder", "after": "ReserveStock", "times": FOR_GOOD},
    {"fail": "FailOrder", "after": "GenerateOrder", "times": FOR_GOOD},
]


@pytest.mark.exhaustive
@pytest.mark.timeout(600)
def test_compensations_that_failed_wait_in_the_queue_and_are_redriven(shop: DeployedShop) -> None:
    customer = shop.customer()
    orders = at_once([partial(place, customer, switch) for switch in SWITCHES], len(SWITCHES))
    eventually(lambda: waiting(shop) >= len(orders), "message about each order", 240)
    assert {customer.order(order)["status"] for order in orders} == {"PENDING"}

    report = redrive.run(shop.target)

    assert {order.order_id for order in report.orders} >= set(orders)
    assert report.left == 0
    assert {customer.order(order)["status"] for order in orders} == {"FAILED"}
    assert waiting(shop) == 0


@pytest.mark.exhaustive
@pytest.mark.timeout(600)
def test_nobody_is_called_to_give_back_what_was_never_taken(shop: DeployedShop) -> None:
    """The order is left to the sweeper, which ends it by what the books say."""
    customer, before = shop.customer(), waiting(shop)
    orders = at_once([partial(place, customer, one) for one in NOTHING_HANGS], len(NOTHING_HANGS))

    ways = [execution.finish(shop.target, order, 240) for order in orders]

    assert [way.steps[-1].name for way in ways] == ["OrderLeftOpen"] * len(orders)
    assert waiting(shop) == before
    assert all(order.final for order in redrive.settle(shop.target, orders))
    assert {customer.order(order)["status"] for order in orders} == {"FAILED"}


def place(customer: CheckoutApi, switch: dict[str, Any]) -> str:
    request = order_of((TEA, 1), simulate=switch, discountCodes=["TENOFF"])
    return str(customer.checkout(request, purchase.new_key())["orderId"])


def waiting(shop: DeployedShop) -> int:
    """How many messages the compensation queue has."""
    sqs = shop.target.client("sqs")
    url = sqs.get_queue_url(QueueName=shop.target.named("compensation"))["QueueUrl"]
    name = "ApproximateNumberOfMessages"
    asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
    return int(asked["Attributes"][name])


def test_an_order_whose_workflow_was_never_started_is_started(shop: DeployedShop) -> None:
    order_id = f"ord_{uuid.uuid4().hex}"
    item = {**item_mapping.order_item(an_order(order_id)), "items": [{"sku": TEA, "quantity": 1}]}
    orders = tables.resource(shop.target).Table(shop.target.table("orders"))
    orders.put_item(Item=item)

    (settled,) = redrive.settle(shop.target, [order_id])

    assert settled.outcome == "started"
    customer = shop.customer(str(item["customerId"]))
    assert shop.ended(customer, order_id)["status"] == "CONFIRMED"

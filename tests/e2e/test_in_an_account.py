"""What may run in a deployed environment of a real account: pytest tests/e2e --aws ENV.

Without --aws it runs on the emulator like all others, so that it is known to work before it costs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from lab.core import tables
from lab.shop import purchase
from lab.shop.shop_client import ApiError
from tests import in_an_account
from tests.deployed_shop import DeployedShop, at_once
from tests.in_an_account import PIECES, Visit, orders_of
from tests.waiting import wait_for

pytestmark = in_an_account.IN_ACCOUNT

MAILED_S = 60.0


@pytest.fixture(scope="module")
def visit(shop: DeployedShop) -> Iterator[Visit]:
    with in_an_account.visit(shop.target) as visitor:
        yield visitor
    assert rows_of(visitor) == []


def rows_of(visit: Visit) -> list[Any]:
    """What is left of a run in the tables where it can be looked for by name."""
    resource = tables.resource(visit.target)
    named = [
        resource.Table(visit.target.table(table)).get_item(Key={"sku": visit.sku}).get("Item")
        for table in ("products", "inventory")
    ]
    return [*filter(None, named), *orders_of(visit)]


def test_the_shop_is_open(visit: Visit) -> None:
    assert visit.stranger().health()
    assert visit.stranger().product(visit.sku)["available"] > 0


def test_an_order_is_confirmed_paid_and_mailed(visit: Visit) -> None:
    customer = visit.customer()

    order = visit.buy(visit.order(), customer)

    assert order["status"] == "CONFIRMED"
    assert order["payment"]["status"] == "CAPTURED"
    assert [o["orderId"] for o in customer.orders()["items"]] == [order["orderId"]]
    wait_for_mail(visit, order["orderId"])


def wait_for_mail(visit: Visit, order_id: str) -> None:
    table = tables.resource(visit.target).Table(visit.target.table("orders"))
    wait_for(
        lambda: "mailAt" in table.get_item(Key={"orderId": order_id})["Item"],
        "no mail: see `lab --aws logs notifier`, and the sender in SES",
        MAILED_S,
    )


@pytest.mark.parametrize("token", ["tok_declined", "tok_expired_card"])
def test_a_card_that_is_declined_gives_the_stock_back(visit: Visit, token: str) -> None:
    before = available(visit)

    order = visit.buy(visit.order(token=token))

    assert (order["status"], order["rejection"]["code"]) == ("REJECTED", "PAYMENT_DECLINED")
    assert available(visit) == before
    assert held(visit, order["orderId"]) == "RELEASED"


def held(visit: Visit, order_id: str) -> Any:
    table = tables.resource(visit.target).Table(visit.target.table("reservations"))
    return table.get_item(Key={"orderId": order_id}, ConsistentRead=True)["Item"]["status"]


def test_one_key_gives_one_order_however_often_it_is_sent(visit: Visit) -> None:
    customer, key = visit.customer(), purchase.new_key()

    accepted = at_once([partial(customer.checkout, visit.order(), key)] * 3, workers=3)

    assert len({answer["orderId"] for answer in accepted}) == 1
    visit.ended(customer, accepted[0]["orderId"])
    with pytest.raises(ApiError, match="IDEMPOTENCY_CONFLICT"):
        customer.checkout(visit.order(quantity=2), key)


def test_somebody_elses_order_is_not_there(visit: Visit) -> None:
    order = visit.buy(visit.order())

    with pytest.raises(ApiError) as refused:
        visit.customer("other").order(order["orderId"])
    assert refused.value.status == 404


def test_without_a_token_nothing_is_ordered_and_nonsense_is_no_server_error(visit: Visit) -> None:
    with pytest.raises(ApiError) as refused:
        visit.stranger().checkout(visit.order(), purchase.new_key())
    assert refused.value.status == 401

    for body in ({}, {"items": []}, {"items": [{"sku": visit.sku, "quantity": -1}]}, []):
        answer = visit.customer("nonsense").send("POST", "/quotes", json=body)
        assert 400 <= answer.status_code < 500


def test_no_more_is_sold_than_there_is(visit: Visit) -> None:
    """The last test: afterwards the run's product is sold out."""
    left = available(visit)
    buyers = [visit.customer() for _ in range(4)]
    request = visit.order(quantity=-(-left // 2))  # so that two of four can have it, or one

    orders = at_once([partial(visit.buy, request, buyer) for buyer in buyers], workers=4)

    ends = Counter(order["status"] for order in orders)
    assert 1 <= ends["CONFIRMED"] <= 2
    assert ends["CONFIRMED"] + ends["REJECTED"] == 4
    assert 0 <= available(visit) == left - ends["CONFIRMED"] * request["items"][0]["quantity"]
    assert available(visit) <= PIECES


def available(visit: Visit) -> int:
    table = tables.resource(visit.target).Table(visit.target.table("inventory"))
    return int(table.get_item(Key={"sku": visit.sku}, ConsistentRead=True)["Item"]["available"])

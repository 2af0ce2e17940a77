"""One order per key, no more than there is, and nobody else's business."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

from lab.shop import purchase
from lab.shop.shop_client import CheckoutApi
from tests.deployed_shop import DeployedShop, at_once, order_of

TEA = ("TEA-BREAKFAST-100", 1)
LIMITED = "BREW-KETTLE-IRON-LTD"


def placed(customer: CheckoutApi, key: str, request: dict[str, Any]) -> Any:
    return customer.send("POST", "/checkout", json=request, headers={"Idempotency-Key": key})


def test_an_accepted_order_says_where_to_follow_it(shop: DeployedShop) -> None:
    customer = shop.customer()

    answer = placed(customer, purchase.new_key(), order_of(TEA))

    body = answer.json()
    assert answer.status_code == 202
    assert body["status"] == "PENDING"
    for where in (answer.headers["Location"], body["links"]["order"]):
        followed = customer.http.get(answer.url.join(where))
        assert followed.json()["orderId"] == body["orderId"]
    assert shop.ended(customer, body["orderId"])["status"] == "CONFIRMED"


def test_the_same_key_twice_gives_the_same_answer_and_one_order(shop: DeployedShop) -> None:
    customer, key = shop.customer(), purchase.new_key()

    first, second = (placed(customer, key, order_of(TEA)) for _ in range(2))

    assert (second.status_code, second.json()) == (first.status_code, first.json())
    assert len(customer.orders()["items"]) == 1
    shop.ended(customer, first.json()["orderId"])


def test_the_same_key_eight_times_at_once_gives_one_order(shop: DeployedShop) -> None:
    customer, key = shop.customer(), purchase.new_key()

    answers = at_once([partial(placed, customer, key, order_of(TEA))] * 8, workers=8)

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["orderId"] for answer in answers}) == 1
    assert len(customer.orders()["items"]) == 1
    shop.ended(customer, answers[0].json()["orderId"])


def test_the_same_key_with_another_body_is_a_conflict(shop: DeployedShop) -> None:
    customer, key = shop.customer(), purchase.new_key()
    first = placed(customer, key, order_of(TEA))

    second = placed(customer, key, order_of(("TEA-BREAKFAST-100", 2)))

    assert (second.status_code, second.json()["code"]) == (409, "IDEMPOTENCY_CONFLICT")
    shop.ended(customer, first.json()["orderId"])


def test_another_customer_may_use_the_same_key(shop: DeployedShop) -> None:
    key, buyers = purchase.new_key(), [shop.customer(), shop.customer()]

    answers = [placed(buyer, key, order_of(TEA)) for buyer in buyers]

    assert len({answer.json()["orderId"] for answer in answers}) == 2
    for buyer, answer in zip(buyers, answers, strict=True):
        shop.ended(buyer, answer.json()["orderId"])


def test_thirty_orders_at_once_for_ten_pieces_sell_ten(shop: DeployedShop) -> None:
    pieces = shop.stranger().product(LIMITED)["available"]

    buying = partial(shop.buy, order_of((LIMITED, 1)))
    orders = at_once([buying] * 30, workers=30)

    ends = Counter((o["status"], o.get("rejection", {}).get("code")) for o in orders)
    assert ends == +Counter(
        {("CONFIRMED", None): pieces, ("REJECTED", "OUT_OF_STOCK"): 30 - pieces}
    )
    assert shop.stranger().product(LIMITED)["available"] == 0


def test_somebody_elses_order_is_not_found(shop: DeployedShop) -> None:
    order = shop.buy(order_of(TEA))

    answer = shop.customer().send("GET", f"/orders/{order['orderId']}")

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


def test_a_customer_sees_the_own_orders_newest_first_page_by_page(shop: DeployedShop) -> None:
    customer = shop.customer()
    bought = [shop.buy(order_of(TEA), customer)["orderId"] for _ in range(3)]

    first = customer.orders(limit=2)
    second = customer.orders(limit=2, cursor=first["nextCursor"])

    seen = [order["orderId"] for page in (first, second) for order in page["items"]]
    assert seen == bought[::-1]
    assert not second.get("nextCursor")


def test_a_broken_step_after_the_payment_gives_everything_back(shop: DeployedShop) -> None:
    before = shop.stranger().product("TEA-CHAMOMILE-50")["available"]
    request = order_of(("TEA-CHAMOMILE-50", 2), simulate={"fail": "GenerateOrder", "times": 10})

    order = shop.buy(request)

    assert order["status"] == "FAILED"
    assert order["payment"]["refunded"] == order["payment"]["captured"] == order["total"]
    assert shop.stranger().product("TEA-CHAMOMILE-50")["available"] == before


def test_a_step_that_stumbles_is_tried_again_and_the_customer_pays_once(shop: DeployedShop) -> None:
    order = shop.buy(order_of(TEA, payment={"token": "tok_timeout_once"}))

    assert order["status"] == "CONFIRMED"
    assert order["payment"]["captured"] == order["total"]


def test_what_the_client_says_about_money_is_only_compared(shop: DeployedShop) -> None:
    request = order_of(TEA, expectedTotal={"amount": 1, "currency": "USD"})

    answer = placed(shop.customer(), purchase.new_key(), request)

    assert (answer.status_code, answer.json()["code"]) == (409, "PRICE_CHANGED")

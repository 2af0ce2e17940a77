"""More buyers than goods, all at once."""

from __future__ import annotations

import time
from collections import Counter
from functools import partial
from random import Random
from typing import Any

import pytest

from tests.chaos.conftest import Tell
from tests.chaos.crowd import Crowd
from tests.deployed_shop import at_once, order_of

ORDERS = 200
PIECES = 40


@pytest.mark.timeout(900)
def test_of_100_buyers_of_the_last_piece_one_gets_it(crowd: Crowd, tell: Tell) -> None:
    last_piece = order_of((crowd.sell(1), 1))
    buyers = [crowd.sign_in() for _ in range(100)]
    began = time.monotonic()

    bought = at_once([partial(crowd.buy, buyer, last_piece) for buyer in buyers], workers=32)

    took = time.monotonic() - began
    ends = Counter(_end(item) for item in crowd.orders(bought).values())
    assert ends == {"CONFIRMED": 1, "REJECTED OUT_OF_STOCK": 99}
    tell(f"{dict(ends)}, 32 at a time, in {took:.0f} s; {crowd.audit()}")


def _end(item: Any) -> str:
    return f"{item['status']} {item.get('rejection', {}).get('code', '')}".strip()


@pytest.mark.exhaustive
@pytest.mark.timeout(900)
def test_200_mixed_orders_over_5_scarce_products_leave_the_books_clean(
    crowd: Crowd, tell: Tell
) -> None:
    """Every tenth request is sent twice, every seventh card is declined."""
    skus = [crowd.sell(PIECES) for _ in range(5)]
    buyers = [crowd.sign_in() for _ in range(20)]
    calls = [partial(_shop, crowd, buyers[n % 20], n, skus) for n in range(ORDERS)]
    began = time.monotonic()

    bought = at_once(calls, workers=16)

    took = time.monotonic() - began
    items = crowd.orders(bought)
    ends = Counter(_end(item) for item in items.values())
    assert len(items) == ORDERS
    assert {items[bought[n]]["status"] for n in range(0, ORDERS, 7)} == {"REJECTED"}
    assert {
        sku: _sold(items.values(), sku) + crowd.available(sku) for sku in skus
    } == dict.fromkeys(skus, PIECES)
    tell(f"{dict(ends)}, 16 at a time, in {took:.0f} s; {crowd.audit()}")


def _shop(crowd: Crowd, buyer: str, number: int, skus: list[str]) -> str:
    """The cart depends on the number alone, so every run asks for the same."""
    chance = Random(number)
    lines = [(sku, chance.randint(1, 3)) for sku in chance.sample(skus, chance.randint(1, 3))]
    card = {"token": "tok_declined" if number % 7 == 0 else "tok_visa"}
    request, key = order_of(*lines, payment=card), f"{buyer[-16:]}-{number}-{skus[0]}"
    if number % 10 == 0:
        first, second = at_once([partial(crowd.place, buyer, request, key)] * 2, workers=2)
        assert first == second
    return crowd.buy(buyer, request, key)


def _sold(items: Any, sku: str) -> int:
    confirmed = [item for item in items if item["status"] == "CONFIRMED"]
    return sum(int(x["quantity"]) for item in confirmed for x in item["lines"] if x["sku"] == sku)

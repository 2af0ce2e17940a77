"""`StockLow`: told once for each time that the stock falls to its threshold, whoever races."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import pytest

from checkout.domain import pricing
from checkout.domain.cart import CartLine
from checkout.domain.errors import OutOfStock
from checkout.use_cases.reserve_stock import release_stock, reserve_stock
from checkout.use_cases.warn_of_low_stock import CLAIM, warn_of_low_stock
from tests.builders import (
    NOW,
    PORTLAND,
    a_product,
    a_record,
    a_request,
    a_reservation,
    an_order,
    rules,
)
from tests.contract.racing import race
from tests.contract.worlds import World
from tests.fake_services import Down, FakeClock, FakeEvents

LATER = NOW + CLAIM
ONE_SHARD: Sequence[int] = ()


class Sale:
    """Orders for TEA in a world, one after the other or at once."""

    def __init__(self, world: World, pieces: int, low: int, shards: Sequence[int]) -> None:
        self.world = world
        self.events = FakeEvents()
        self.clock = FakeClock(NOW)
        world.sell(a_product(), available=pieces, low=low, shards=shards)

    def place(self, order_id: str, pieces: int = 1) -> None:
        items = (CartLine("TEA", pieces),)
        order = an_order(order_id, request=a_request(items=items))
        self.world.orders.place(order, a_record(order))
        quote = pricing.quote(items, {"TEA": a_product()}, [], [], PORTLAND, rules(), NOW)
        self.world.orders.save_quote(order_id, quote)

    def reserve(self, order_id: str) -> None:
        world = self.world
        reserve_stock(order_id, world.orders, world.stock, self.clock, timedelta(minutes=15))
        self.warn(order_id)

    def warn(self, claimant: str) -> None:
        warn_of_low_stock(["TEA"], claimant, self.world.stock, self.events, self.clock)

    def buy(self, order_id: str, pieces: int = 1) -> None:
        self.place(order_id, pieces)
        self.reserve(order_id)

    def release(self, order_id: str) -> None:
        release_stock(order_id, self.world.stock, self.clock)

    def told(self) -> list[int]:
        """The stock at each warning."""
        return [event.detail["available"] for event in self.events.published]


@pytest.fixture(params=[ONE_SHARD, (3, 2, 0, 1)], ids=["one shard", "four shards"])
def sale(world: World, request: pytest.FixtureRequest) -> Sale:
    """Six pieces; three are few."""
    return Sale(world, pieces=6, low=3, shards=request.param)


def test_it_is_told_when_the_stock_falls_to_its_threshold_and_not_again(sale: Sale) -> None:
    for n in range(5):
        sale.buy(f"ord_{n}")
    assert sale.told() == [3]


def test_it_is_told_again_after_the_stock_was_above_the_threshold(sale: Sale) -> None:
    sale.buy("ord_1", pieces=4)
    sale.release("ord_1")
    sale.buy("ord_2", pieces=5)
    assert sale.told() == [2, 1]


def test_a_release_that_leaves_the_stock_low_is_no_reason_to_tell_again(sale: Sale) -> None:
    for order_id, pieces in {"ord_1": 3, "ord_2": 1, "ord_3": 1}.items():
        sale.buy(order_id, pieces)
    sale.release("ord_2")
    sale.buy("ord_4")
    assert sale.told() == [3]


def test_a_teller_that_could_not_tell_tells_on_its_next_attempt(sale: Sale) -> None:
    sale.place("ord_1", pieces=4)
    sale.events.outages = 1
    with pytest.raises(ExceptionGroup) as caught:
        sale.reserve("ord_1")
    assert caught.group_contains(Down)
    sale.reserve("ord_1")
    sale.reserve("ord_1")
    assert sale.told() == [2]


def test_a_claim_of_a_teller_that_died_is_taken_over_after_its_time(sale: Sale) -> None:
    sale.events.outages = 1
    with pytest.raises(ExceptionGroup):
        sale.buy("ord_1", pieces=4)
    sale.buy("ord_2")
    assert sale.told() == []
    sale.clock.at = LATER + timedelta(seconds=1)
    sale.buy("ord_3")
    assert sale.told() == [0]


def test_a_claim_that_is_over_and_did_not_tell_is_found_until_it_is_told(sale: Sale) -> None:
    stock = sale.world.stock
    sale.events.outages = 1
    with pytest.raises(ExceptionGroup):
        sale.buy("ord_1", pieces=4)
    after = LATER + timedelta(seconds=1)
    assert (list(stock.unsent_alerts(NOW)), list(stock.unsent_alerts(after))) == ([], ["TEA"])
    sale.clock.at = after
    sale.warn("sweep")
    assert sale.told() == [2]
    assert list(stock.unsent_alerts(after + 2 * CLAIM)) == []


def test_a_claim_of_stock_that_is_low_no_more_is_not_found(sale: Sale) -> None:
    sale.events.outages = 1
    with pytest.raises(ExceptionGroup):
        sale.buy("ord_1", pieces=4)
    sale.release("ord_1")
    assert list(sale.world.stock.unsent_alerts(LATER + CLAIM)) == []


def test_buyers_that_race_over_the_threshold_tell_once(sale: Sale) -> None:
    for n in range(12):
        sale.place(f"ord_{n}")
    results = race(*(partial(sale.reserve, f"ord_{n}") for n in range(12)))
    assert Counter(map(type, results)) == {type(None): 6, OutOfStock: 6}
    assert len(sale.told()) == 1


def test_buyers_and_releases_that_race_leave_the_next_crossing_to_be_told(sale: Sale) -> None:
    """Whatever the race told: afterwards the stock is high, so the next buyer must tell."""
    for n in range(6):
        sale.buy(f"ord_{n}")
    race(*(partial(sale.release, f"ord_{n}") for n in range(6)))
    sale.events.published.clear()
    sale.buy("ord_6", pieces=3)
    assert sale.told() == [3]


class TestClaims:
    """What `claim_alert` promises, step by step."""

    @pytest.fixture(autouse=True)
    def _low_stock(self, world: World) -> None:
        world.sell(a_product(), available=4, low=3)
        world.stock.hold(a_reservation("ord_0"))

    def claim(self, world: World, order_id: str) -> bool:
        return world.stock.claim_alert("TEA", order_id, NOW, LATER)

    def test_one_order_at_a_time_has_the_claim(self, world: World) -> None:
        assert [self.claim(world, order_id) for order_id in ("ord_1", "ord_2")] == [True, False]
        assert not world.stock.levels(["TEA"])["TEA"].warned

    def test_nobody_has_it_after_the_telling(self, world: World) -> None:
        assert self.claim(world, "ord_1")
        world.stock.mark_alert_sent("TEA", "ord_1")
        assert world.stock.levels(["TEA"])["TEA"].warned
        assert [self.claim(world, order_id) for order_id in ("ord_1", "ord_2")] == [False, False]

    def test_who_lost_the_claim_notes_nothing(self, world: World) -> None:
        assert self.claim(world, "ord_1")
        world.stock.mark_alert_sent("TEA", "ord_2")
        assert not world.stock.levels(["TEA"])["TEA"].warned

    def test_stock_that_is_low_no_more_is_not_told(self, world: World) -> None:
        world.stock.release("ord_0", NOW)
        assert not self.claim(world, "ord_1")
        world.stock.hold(a_reservation("ord_2"))
        assert self.claim(world, "ord_2")

    def test_a_release_during_the_telling_arms_it_again(self, world: World) -> None:
        assert self.claim(world, "ord_1")
        world.stock.release("ord_0", NOW)
        world.stock.mark_alert_sent("TEA", "ord_1")
        world.stock.hold(a_reservation("ord_2"))
        assert self.claim(world, "ord_2")

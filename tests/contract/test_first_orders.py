"""What is only for a customer's first order, whoever races."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from checkout.domain.errors import NotFirstOrder, OutOfStock, PromotionExhausted
from checkout.domain.order import OrderStatus
from checkout.domain.stock import Reservation
from tests.builders import NOW, a_product, a_promotion, a_record, a_reservation, an_order, minutes
from tests.contract.racing import race
from tests.contract.worlds import World


@pytest.fixture(autouse=True)
def _shop(world: World) -> None:
    world.sell(a_product(), available=100)
    world.promote(
        a_promotion("FIRST", first_order_only=True),
        a_promotion("HELLO", first_order_only=True, redemption_limit=50),
        a_promotion("TEN"),
    )


def wanted(order_id: str, *codes: str, **changes: object) -> Reservation:
    return replace(a_reservation(order_id, promotions=codes, first_order=True), **changes)  # type: ignore[arg-type]


def test_a_first_order_gets_it_and_another_one_does_not(world: World) -> None:
    world.stock.hold(wanted("ord_1", "FIRST"))
    with pytest.raises(NotFirstOrder) as caught:
        world.stock.hold(wanted("ord_2", "FIRST"))
    assert caught.value.codes == ("FIRST",)
    assert "Only for a first order: FIRST" in str(caught.value)
    assert world.redemptions("FIRST", "cus_ada") == (1, 1)


def test_an_order_that_is_not_the_first_takes_nothing(world: World) -> None:
    late = wanted("ord_2", "FIRST", "TEN", first_order=False)
    with pytest.raises(NotFirstOrder):
        world.stock.hold(late)
    assert world.stock.levels(["TEA"])["TEA"].available == 100
    assert world.redemptions("TEN", "cus_ada") == (0, 0)


def test_other_codes_do_not_ask_which_order_it_is(world: World) -> None:
    for order_id in ("ord_1", "ord_2"):
        world.stock.hold(wanted(order_id, "TEN", first_order=False))
    assert world.redemptions("TEN", "cus_ada") == (2, 2)


def test_two_codes_for_first_orders_are_for_the_same_one(world: World) -> None:
    world.stock.hold(wanted("ord_1", "FIRST", "HELLO"))
    with pytest.raises(NotFirstOrder):
        world.stock.hold(wanted("ord_2", "HELLO"))
    world.stock.hold(wanted("ord_3", "HELLO", customer_id="cus_bob"))


@pytest.mark.parametrize("codes", [("FIRST",), ("FIRST", "HELLO")])
def test_of_first_orders_at_the_same_moment_one_gets_it(
    world: World, codes: tuple[str, ...]
) -> None:
    orders = [wanted(f"ord_{n}", codes[n % len(codes)]) for n in range(16)]
    results = race(*(partial(world.stock.hold, order) for order in orders))
    assert results.count(None) == 1
    assert {type(r) for r in results if r is not None} == {NotFirstOrder}
    assert world.stock.levels(["TEA"])["TEA"].available == 99


def test_a_replay_keeps_it(world: World) -> None:
    world.stock.hold(wanted("ord_1", "FIRST"))
    world.stock.hold(wanted("ord_1", "FIRST"))
    world.stock.hold(wanted("ord_1", "FIRST", first_order=False))
    assert world.redemptions("FIRST", "cus_ada") == (1, 1)


def test_an_order_that_is_undone_gives_it_back(world: World) -> None:
    for order_id in ("ord_1", "ord_2"):
        world.stock.hold(wanted(order_id, "FIRST"))
        world.stock.release(order_id, NOW)
    world.stock.hold(wanted("ord_3", "HELLO"))
    assert world.redemptions("FIRST", "cus_ada") == (0, 0)


def test_missing_stock_is_told_first(world: World) -> None:
    with pytest.raises(OutOfStock):
        world.stock.hold(wanted("ord_1", "FIRST", lines=a_reservation(lines={"NOPE": 1}).lines))


def test_a_limit_of_none_at_all_is_a_limit(world: World) -> None:
    world.promote(a_promotion("OVER", redemption_limit=0), a_promotion("NOT", per_customer_limit=0))
    for code in ("OVER", "NOT"):
        with pytest.raises(PromotionExhausted):
            world.stock.hold(a_reservation(promotions=(code,)))


class TestWhichOrderIsTheFirst:
    def place(self, world: World, order_id: str, at_minute: int, customer: str = "cus_ada") -> None:
        order = an_order(order_id, customer, created_at=NOW + minutes(at_minute))
        world.orders.place(order, a_record(order))

    def is_first(self, world: World, order_id: str) -> bool:
        return world.orders.is_first(world.orders.get(order_id))

    def test_the_one_before_which_there_is_none(self, world: World) -> None:
        self.place(world, "ord_1", 0)
        self.place(world, "ord_2", 1)
        self.place(world, "ord_3", 1, "cus_bob")
        first = [self.is_first(world, f"ord_{n}") for n in (1, 2, 3)]
        assert first == [True, False, True]

    @pytest.mark.parametrize("status", [OrderStatus.REJECTED, OrderStatus.FAILED])
    def test_one_that_came_to_nothing_does_not_count(
        self, world: World, status: OrderStatus
    ) -> None:
        self.place(world, "ord_1", 0)
        world.orders.close("ord_1", status, NOW, None)
        self.place(world, "ord_2", 1)
        assert self.is_first(world, "ord_2")

    def test_one_that_was_confirmed_counts_for_good(self, world: World) -> None:
        self.place(world, "ord_1", 0)
        world.stock.hold(a_reservation("ord_1"))
        world.orders.confirm("ord_1", NOW)
        self.place(world, "ord_2", 9999)
        assert not self.is_first(world, "ord_2")

    def test_of_two_at_the_same_moment_one(self, world: World) -> None:
        self.place(world, "ord_1", 0)
        self.place(world, "ord_2", 0)
        assert [self.is_first(world, f"ord_{n}") for n in (1, 2)] == [True, False]

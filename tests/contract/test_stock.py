"""Stock and reservations: everything or nothing, once, whoever races."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from checkout.domain.errors import OutOfStock, PromotionExhausted, ReservationClosed
from checkout.domain.stock import Reservation, StockLevel
from tests.builders import NOW, a_product, a_promotion, a_record, a_reservation, an_order, minutes
from tests.contract.racing import race
from tests.contract.worlds import World


def available(world: World, sku: str = "TEA") -> int:
    return world.stock.levels([sku])[sku].available


def commit(world: World, order_id: str = "ord_1") -> None:
    order = an_order(order_id)
    world.orders.place(order, a_record(order))
    world.orders.confirm(order_id, NOW)


class TestLevels:
    def test_levels_are_those_of_products_that_have_one(self, world: World) -> None:
        world.sell(a_product(), available=7, low=3)
        assert world.stock.levels(["TEA", "NOPE"]) == {"TEA": StockLevel("TEA", 7, 3)}


class TestHold:
    def test_every_line_is_taken(self, world: World) -> None:
        world.sell(a_product("A"), a_product("B"))
        world.stock.hold(a_reservation(lines={"A": 3, "B": 10}))
        assert (available(world, "A"), available(world, "B")) == (7, 0)
        assert world.reservation_status("ord_1") == "HELD"

    def test_a_replay_takes_nothing_more(self, world: World) -> None:
        world.sell(a_product())
        world.promote(a_promotion())
        held = a_reservation(lines={"TEA": 3}, promotions=("TEN",))
        world.stock.hold(held)
        world.stock.hold(held)
        assert available(world) == 7
        assert world.redemptions("TEN", "cus_ada") == (1, 1)

    def test_a_replay_is_no_error_though_the_stock_is_gone_by_now(self, world: World) -> None:
        world.sell(a_product(), available=1)
        world.stock.hold(a_reservation())
        world.stock.hold(a_reservation())
        assert available(world) == 0

    def test_one_line_too_many_takes_nothing_at_all(self, world: World) -> None:
        world.sell(a_product("A"), a_product("B"), a_product("C"))
        world.promote(a_promotion())
        too_much = a_reservation(lines={"A": 1, "B": 11, "C": 12}, promotions=("TEN",))
        with pytest.raises(OutOfStock) as caught:
            world.stock.hold(too_much)
        assert caught.value.skus == ("B", "C")
        assert [available(world, sku) for sku in "ABC"] == [10, 10, 10]
        assert world.redemptions("TEN", "cus_ada") == (0, 0)
        assert world.reservation_status("ord_1") is None

    def test_a_product_without_stock_record_is_out_of_stock(self, world: World) -> None:
        with pytest.raises(OutOfStock):
            world.stock.hold(a_reservation(lines={"NOPE": 1}))

    def test_an_order_that_was_out_of_stock_can_be_held_later(self, world: World) -> None:
        world.sell(a_product(), available=0)
        with pytest.raises(OutOfStock):
            world.stock.hold(a_reservation())
        world.sell(a_product(), available=1)
        world.stock.hold(a_reservation())
        assert available(world) == 0

    def test_the_biggest_order_that_the_api_takes_fits(self, world: World) -> None:
        skus = [f"S{n:02}" for n in range(50)]
        codes = tuple(f"C{n}" for n in range(10))
        world.sell(*(a_product(sku) for sku in skus), available=99)
        world.promote(*(a_promotion(code, redemption_limit=1) for code in codes))
        biggest = a_reservation(lines=dict.fromkeys(skus, 99), promotions=codes)
        world.stock.hold(biggest)
        assert {level.available for level in world.stock.levels(skus).values()} == {0}
        assert world.stock.release("ord_1", NOW) is True
        assert {level.available for level in world.stock.levels(skus).values()} == {99}


class TestRedemption:
    def test_a_code_is_redeemed_up_to_its_limit(self, world: World) -> None:
        world.sell(a_product())
        world.promote(a_promotion("TEN", redemption_limit=2), a_promotion("FREE"))
        for n in range(2):
            world.stock.hold(a_reservation(f"ord_{n}", promotions=("FREE", "TEN")))
        with pytest.raises(PromotionExhausted) as caught:
            world.stock.hold(a_reservation("ord_2", promotions=("FREE", "TEN")))
        assert caught.value.codes == ("TEN",)
        assert available(world) == 8
        assert world.redemptions("TEN", "cus_ada") == (2, 2)

    def test_a_customer_redeems_a_code_up_to_their_own_limit(self, world: World) -> None:
        world.sell(a_product())
        world.promote(a_promotion("TEN", per_customer_limit=1))
        world.stock.hold(a_reservation("ord_1", promotions=("TEN",)))
        with pytest.raises(PromotionExhausted):
            world.stock.hold(a_reservation("ord_2", promotions=("TEN",)))
        world.stock.hold(a_reservation("ord_3", promotions=("TEN",), customer_id="cus_bob"))
        assert world.redemptions("TEN", "cus_bob") == (2, 1)

    def test_a_release_gives_the_redemption_back(self, world: World) -> None:
        world.sell(a_product())
        world.promote(a_promotion("TEN", redemption_limit=1, per_customer_limit=1))
        for order_id in ("ord_1", "ord_2"):
            world.stock.hold(a_reservation(order_id, promotions=("TEN",)))
            world.stock.release(order_id, NOW)
        assert world.redemptions("TEN", "cus_ada") == (0, 0)

    def test_a_promotion_that_was_taken_out_of_the_shop_is_exhausted(self, world: World) -> None:
        world.sell(a_product())
        with pytest.raises(PromotionExhausted):
            world.stock.hold(a_reservation(promotions=("GONE",)))
        assert list(world.promotions.find(["GONE"])) == []

    def test_missing_stock_is_told_before_a_missing_promotion(self, world: World) -> None:
        world.sell(a_product(), available=0)
        with pytest.raises(OutOfStock):
            world.stock.hold(a_reservation(promotions=("GONE",)))


class TestRelease:
    def test_what_was_held_is_given_back_once(self, world: World) -> None:
        world.sell(a_product())
        world.stock.hold(a_reservation(lines={"TEA": 4}))
        assert world.stock.release("ord_1", NOW) is True
        assert world.stock.release("ord_1", NOW) is False
        assert available(world) == 10
        assert world.reservation_status("ord_1") == "RELEASED"

    def test_a_hold_that_comes_after_the_release_is_refused(self, world: World) -> None:
        world.sell(a_product())
        world.stock.hold(a_reservation())
        world.stock.release("ord_1", NOW)
        with pytest.raises(ReservationClosed):
            world.stock.hold(a_reservation())
        assert available(world) == 10

    def test_a_release_before_any_hold_blocks_the_hold(self, world: World) -> None:
        world.sell(a_product())
        assert world.stock.release("ord_1", NOW) is False
        assert world.stock.release("ord_1", NOW) is False
        with pytest.raises(ReservationClosed):
            world.stock.hold(a_reservation())
        assert available(world) == 10

    def test_what_was_sold_is_never_given_back(self, world: World) -> None:
        world.sell(a_product())
        world.stock.hold(a_reservation())
        commit(world)
        with pytest.raises(ReservationClosed):
            world.stock.release("ord_1", NOW)
        assert available(world) == 9


class TestExpired:
    @pytest.fixture(autouse=True)
    def _stock(self, world: World) -> None:
        world.sell(a_product())
        world.promote(a_promotion())

    def test_a_hold_expires_after_its_time(self, world: World) -> None:
        held = a_reservation(promotions=("TEN",))
        world.stock.hold(held)
        assert list(world.stock.expired(NOW + minutes(15))) == []
        assert list(world.stock.expired(NOW + minutes(16))) == ["ord_1"]

    def test_only_what_is_held_expires(self, world: World) -> None:
        for order_id in ("ord_1", "ord_2", "ord_3"):
            world.stock.hold(a_reservation(order_id))
        world.stock.release("ord_1", NOW)
        commit(world, "ord_2")
        world.stock.release("ord_4", NOW)
        expired = world.stock.expired(NOW + minutes(60))
        assert list(expired) == ["ord_3"]


class TestRaces:
    def hold(self, world: World, **changes: object) -> list[Callable[[], None]]:
        """32 orders of 32 customers."""
        return [
            partial(
                world.stock.hold,
                a_reservation(f"ord_{n}", customer_id=f"cus_{n}", **changes),  # type: ignore[arg-type]
            )
            for n in range(32)
        ]

    def test_the_last_piece_is_sold_once(self, world: World) -> None:
        world.sell(a_product(), available=1)
        results = race(*self.hold(world))
        assert results.count(None) == 1
        assert {type(r) for r in results if r is not None} == {OutOfStock}
        assert available(world) == 0

    def test_ten_pieces_are_sold_ten_times(self, world: World) -> None:
        world.sell(a_product(), available=10)
        results = race(*self.hold(world))
        assert results.count(None) == 10
        assert {type(r) for r in results if r is not None} == {OutOfStock}
        assert available(world) == 0

    def test_a_promotion_is_never_redeemed_more_often_than_its_limit(self, world: World) -> None:
        world.sell(a_product(), available=100)
        world.promote(a_promotion("TEN", redemption_limit=3))
        results = race(*self.hold(world, promotions=("TEN",)))
        assert results.count(None) == 3
        assert {type(r) for r in results if r is not None} == {PromotionExhausted}
        assert world.redemptions("TEN", "cus_0")[0] == 3
        assert available(world) == 97

    def test_orders_for_the_same_two_products_in_either_order_both_get_theirs(
        self, world: World
    ) -> None:
        world.sell(a_product("A"), a_product("B"), available=16)
        orders = [
            a_reservation(f"ord_{n}", {"A": 1, "B": 1} if n % 2 else {"B": 1, "A": 1})
            for n in range(16)
        ]
        assert race(*(partial(world.stock.hold, order) for order in orders)) == [None] * 16
        assert (available(world, "A"), available(world, "B")) == (0, 0)

    def test_attempts_of_one_order_hold_once(self, world: World) -> None:
        world.sell(a_product())
        held: Reservation = a_reservation(lines={"TEA": 2})
        assert race(*[partial(world.stock.hold, held)] * 16) == [None] * 16
        assert available(world) == 8

    def test_releases_of_one_order_give_back_once(self, world: World) -> None:
        world.sell(a_product())
        world.stock.hold(a_reservation(lines={"TEA": 2}))
        results = race(*[partial(world.stock.release, "ord_1", NOW)] * 16)
        assert sorted(map(bool, results)) == [False] * 15 + [True]
        assert available(world) == 10

    def test_a_hold_that_races_its_release_leaves_nothing_held(self, world: World) -> None:
        world.sell(a_product())
        for n in range(12):
            order_id = f"ord_{n}"
            held, given_back = race(
                partial(world.stock.hold, a_reservation(order_id)),
                partial(world.stock.release, order_id, NOW),
            )
            assert (held is None, given_back) in [(True, True), (False, False)]
            assert held is None or isinstance(held, ReservationClosed)
            assert world.reservation_status(order_id) == "RELEASED"
        assert available(world) == 10

"""Giving back what an order holds, after somebody removed or reset what it would go back to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import pytest

from checkout.adapters.dynamodb import Item, encode
from checkout.adapters.stock import DynamoStock
from checkout.domain.errors import ReservationClosed, WrongRow
from tests.builders import NOW, a_product, a_promotion, a_record, a_reservation, an_order, minutes
from tests.contract.racing import race
from tests.contract.worlds import DynamoWorld, stock_items

CUSTOMER = "CUSTOMER#cus_ada"
HELD = a_reservation(lines={"TEA": 3, "JAM": 2}, promotions=("GONE", "TEN"))


@dataclass
class Watch:
    """Remembers what people were told."""

    lost: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def wrong_row(self, table: str, key: str, wrong: WrongRow) -> None:
        """Nothing here is about this."""

    def not_given_back(self, order_id: str, losses: Sequence[str]) -> None:
        self.lost.append((order_id, tuple(losses)))


@dataclass
class Tampered:
    """A shop with one order that holds 3 TEA and 2 JAM with two codes."""

    world: DynamoWorld
    watch: Watch

    @property
    def stock(self) -> DynamoStock:
        t = self.world.tables
        tables = (t["inventory"], t["reservations"], t["promotions"])
        return DynamoStock(*tables, monitoring=self.watch)

    def put(self, table: str, **item: object) -> None:
        name = self.world.tables[table].name
        self.world.client.put_item(TableName=name, Item=encode(item))

    def remove(self, table: str, **key: str) -> None:
        name = self.world.tables[table].name
        self.world.client.delete_item(TableName=name, Key=encode(key))

    def change(self, table: str, change: Item, **key: str) -> None:
        self.put(table, **{**self.world.item(table, **key), **change})

    def counter(self, code: str, scope: str = "PROMOTION") -> object:
        return self.world.item("promotions", code=code, scope=scope).get("redemptions")

    def pieces(self, sku: str) -> object:
        return self.world.item("inventory", sku=sku).get("available")


@pytest.fixture
def shop(dynamodb: DynamoWorld) -> Tampered:
    dynamodb.sell(a_product("TEA"), a_product("JAM"))
    dynamodb.promote(a_promotion("GONE"), a_promotion("TEN", redemption_limit=5))
    tampered = Tampered(dynamodb, Watch())
    tampered.stock.hold(HELD)
    return tampered


def lose_the_code(shop: Tampered) -> None:
    shop.remove("promotions", code="GONE", scope="PROMOTION")


def lose_the_customers_counter(shop: Tampered) -> None:
    shop.remove("promotions", code="GONE", scope=CUSTOMER)


def reset_the_code(shop: Tampered) -> None:
    shop.change("promotions", {"redemptions": 0}, code="GONE", scope="PROMOTION")


def make_the_counter_a_text(shop: Tampered) -> None:
    shop.change("promotions", {"redemptions": "many"}, code="GONE", scope="PROMOTION")


def leave_no_counter_in_the_code(shop: Tampered) -> None:
    shop.put("promotions", code="GONE", scope="PROMOTION", kind="PERCENTAGE")


def lose_everything_about_codes(shop: Tampered) -> None:
    for code in ("GONE", "TEN"):
        for scope in ("PROMOTION", CUSTOMER):
            shop.remove("promotions", code=code, scope=scope)


def seed_the_codes_anew(shop: Tampered) -> None:
    lose_everything_about_codes(shop)
    shop.world.promote(a_promotion("GONE"), a_promotion("TEN"))


COUNTERS: dict[Callable[[Tampered], None], int] = {
    lose_the_code: 1,
    lose_the_customers_counter: 1,
    reset_the_code: 1,
    make_the_counter_a_text: 1,
    leave_no_counter_in_the_code: 1,
    lose_everything_about_codes: 4,
    seed_the_codes_anew: 4,
}


@pytest.mark.parametrize(
    ("tamper", "lost"), COUNTERS.items(), ids=lambda v: getattr(v, "__name__", str(v))
)
def test_stock_goes_back_whatever_became_of_the_counters(
    shop: Tampered, tamper: Callable[[Tampered], None], lost: int
) -> None:
    tamper(shop)
    assert shop.stock.release("ord_1", NOW) is True
    assert (shop.pieces("TEA"), shop.pieces("JAM")) == (10, 10)
    assert shop.world.reservation_status("ord_1") == "RELEASED"
    assert len(shop.stock.losses("ord_1")) == lost
    assert shop.watch.lost == [("ord_1", shop.stock.losses("ord_1"))]
    for code in ("GONE", "TEN"):
        for scope in ("PROMOTION", CUSTOMER):
            assert shop.counter(code, scope) in (0, None, "many")


def test_the_other_code_gets_its_redemption_back(shop: Tampered) -> None:
    lose_the_code(shop)
    shop.stock.release("ord_1", NOW)
    assert (shop.counter("TEN"), shop.counter("TEN", CUSTOMER)) == (0, 0)
    assert shop.stock.losses("ord_1") == (
        "a redemption of GONE: its counter for everybody was reset or is gone",
    )


def lose_the_shelf(shop: Tampered) -> None:
    shop.remove("inventory", sku="TEA")


def make_the_stock_a_text(shop: Tampered) -> None:
    shop.change("inventory", {"available": "plenty"}, sku="TEA")


def leave_no_number_on_the_shelf(shop: Tampered) -> None:
    shop.put("inventory", sku="TEA", initial=10)


@pytest.mark.parametrize(
    "tamper", [lose_the_shelf, make_the_stock_a_text, leave_no_number_on_the_shelf]
)
def test_what_there_is_no_shelf_for_is_written_down_and_the_rest_goes_back(
    shop: Tampered, tamper: Callable[[Tampered], None]
) -> None:
    tamper(shop)
    assert shop.stock.release("ord_1", NOW) is True
    assert shop.pieces("JAM") == 10
    assert (shop.counter("TEN"), shop.counter("GONE")) == (0, 0)
    assert shop.stock.losses("ord_1") == ("3 of TEA: it has no stock record",)
    assert shop.watch.lost == [("ord_1", ("3 of TEA: it has no stock record",))]


def test_nothing_is_given_twice_after_the_rows_came_back(shop: Tampered) -> None:
    lose_the_shelf(shop)
    lose_everything_about_codes(shop)
    shop.stock.release("ord_1", NOW)
    shop.world.sell(a_product("TEA"), available=7)
    shop.world.promote(a_promotion("GONE", redemptions=2), a_promotion("TEN", redemptions=2))
    assert shop.stock.release("ord_1", NOW) is False
    assert (shop.pieces("TEA"), shop.counter("GONE"), shop.counter("TEN")) == (7, 2, 2)
    with pytest.raises(ReservationClosed):
        shop.stock.hold(HELD)


def test_a_replay_tells_once_more_what_was_lost(shop: Tampered) -> None:
    """The one before may have died before it told anybody."""
    lose_the_code(shop)
    shop.stock.release("ord_1", NOW)
    shop.stock.release("ord_1", NOW)
    first, again = shop.watch.lost
    assert first == again


def test_releases_that_race_give_back_once_and_write_the_same_down(shop: Tampered) -> None:
    lose_the_code(shop)
    results = race(*[partial(shop.stock.release, "ord_1", NOW)] * 8)
    assert sorted(results, key=str) == [False] * 7 + [True]
    assert (shop.pieces("TEA"), shop.counter("TEN")) == (10, 0)
    assert len(shop.stock.losses("ord_1")) == 1


def test_a_counter_that_others_use_keeps_their_redemptions(shop: Tampered) -> None:
    other = a_reservation("ord_2", promotions=("TEN",), customer_id="cus_bob")
    shop.stock.hold(other)
    lose_the_code(shop)
    shop.stock.release("ord_1", NOW)
    assert shop.counter("TEN") == 1
    assert shop.counter("TEN", "CUSTOMER#cus_bob") == 1


def test_shards_that_are_gone_together_with_the_first_one_are_lost(shop: Tampered) -> None:
    shop.world.sell(a_product("HOT"), shards=[2, 2, 2])
    shop.stock.hold(a_reservation("ord_2", lines={"HOT": 5}))
    for key in ("HOT", "HOT#1", "HOT#2"):
        shop.remove("inventory", sku=key)
    assert shop.stock.release("ord_2", NOW) is True
    assert sum(int(loss.split()[0]) for loss in shop.stock.losses("ord_2")) == 5


def test_shards_that_are_gone_go_to_the_first_one(shop: Tampered) -> None:
    shop.world.sell(a_product("HOT"), shards=[2, 2, 2])
    shop.stock.hold(a_reservation("ord_2", lines={"HOT": 6}))
    shop.remove("inventory", sku="HOT#2")
    shop.stock.release("ord_2", NOW)
    assert shop.pieces("HOT") == 4
    assert shop.stock.losses("ord_2") == ()


@pytest.mark.parametrize(
    "change",
    [
        {"lines": "three teas"},
        {"lines": [{"sku": "TEA"}]},
        {"lines": [{"sku": "TEA", "quantity": "3"}]},
        {"promotions": "TEN"},
        {"promotions": [5]},
        {"customerId": 5},
    ],
    ids=str,
)
def test_a_reservation_that_cannot_be_read_ends_too(shop: Tampered, change: Item) -> None:
    shop.change("reservations", change, orderId="ord_1")
    assert shop.stock.release("ord_1", NOW) is True
    assert shop.world.reservation_status("ord_1") == "RELEASED"
    (loss,) = shop.stock.losses("ord_1")
    assert "reservation does not tell" in loss


def test_one_damaged_reservation_does_not_hide_the_others_from_the_sweeper(shop: Tampered) -> None:
    shop.stock.hold(a_reservation("ord_2"))
    shop.change("reservations", {"lines": 5}, orderId="ord_1")
    assert sorted(shop.stock.expired(NOW + minutes(16))) == ["ord_1", "ord_2"]


def test_one_damaged_order_does_not_hide_the_others_from_the_sweeper(shop: Tampered) -> None:
    for order_id in ("ord_1", "ord_2"):
        order = an_order(order_id)
        shop.world.orders.place(order, a_record(order))
    shop.change("orders", {"history": 5}, orderId="ord_1")
    assert sorted(shop.world.orders.open_since(NOW + minutes(1))) == ["ord_1", "ord_2"]


def test_low_stock_on_a_damaged_shelf_does_not_keep_an_order_from_ending(shop: Tampered) -> None:
    damaged = stock_items("TEA", [7], 0)[0] | {"lowStockThreshold": "low"}
    shop.put("inventory", **damaged)
    assert shop.stock.release("ord_1", NOW) is True
    assert shop.stock.release("ord_1", NOW) is False
    assert shop.pieces("TEA") == 10

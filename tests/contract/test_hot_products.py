"""Products whose stock is counted in shards: sold to the last piece, and never one more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pytest

from checkout.adapters.dynamodb import Table
from checkout.adapters.stock import DynamoStock
from checkout.domain.cart import CartLine
from checkout.domain.errors import OutOfStock, PromotionExhausted
from checkout.domain.stock import Take
from tests.builders import NOW, a_product, a_promotion, a_reservation
from tests.contract.racing import race
from tests.contract.worlds import DynamoWorld, World, stock_items


def available(world: World, sku: str = "TEA") -> int:
    return world.stock.levels([sku])[sku].available


def last(n: int) -> int:
    """In place of chance: always the last shard."""
    return n - 1


class TestInBothWorlds:
    def test_the_level_counts_all_shards(self, world: World) -> None:
        world.sell(a_product("A"), low=2, shards=[3, 0, 4])
        world.sell(a_product("B"), available=5)
        levels = world.stock.levels(["A", "B"])
        assert {sku: level.available for sku, level in levels.items()} == {"A": 7, "B": 5}

    def test_a_piece_in_any_shard_is_found(self, world: World) -> None:
        world.sell(a_product(), shards=[0, 0, 0, 1])
        world.stock.hold(a_reservation("ord_1"))
        with pytest.raises(OutOfStock):
            world.stock.hold(a_reservation("ord_2"))
        assert available(world) == 0

    def test_a_line_that_no_shard_can_serve_alone_is_taken_from_several(self, world: World) -> None:
        world.sell(a_product(), shards=[2, 1, 3, 2])
        with pytest.raises(OutOfStock):
            world.stock.hold(a_reservation("ord_1", {"TEA": 9}))
        world.stock.hold(a_reservation("ord_2", {"TEA": 7}))
        assert available(world) == 1
        assert world.stock.release("ord_2", NOW) is True
        assert available(world) == 8

    def test_a_replay_takes_nothing_more_and_gives_back_nothing_more(self, world: World) -> None:
        world.sell(a_product(), shards=[2, 2])
        held = a_reservation(lines={"TEA": 3})
        for _ in range(3):
            world.stock.hold(held)
        assert available(world) == 1
        assert [world.stock.release("ord_1", NOW) for _ in range(3)] == [True, False, False]
        assert available(world) == 4

    def test_only_lines_that_all_shards_together_cannot_serve_are_out_of_stock(
        self, world: World
    ) -> None:
        world.sell(a_product("A"), a_product("B"), shards=[1, 1, 1])
        world.sell(a_product("C"), available=0)
        with pytest.raises(OutOfStock) as caught:
            world.stock.hold(a_reservation(lines={"A": 3, "B": 4, "C": 1}))
        assert caught.value.skus == ("B", "C")
        assert (available(world, "A"), available(world, "B")) == (3, 3)

    def test_a_promotion_that_is_used_up_is_told_though_the_first_shard_was_empty(
        self, world: World
    ) -> None:
        world.sell(a_product(), shards=[0, 0, 1])
        world.promote(a_promotion(redemption_limit=1, redemptions=1))
        with pytest.raises(PromotionExhausted):
            world.stock.hold(a_reservation(promotions=("TEN",)))
        assert available(world) == 1

    def test_an_order_of_many_hot_products_that_are_scattered_is_held(self, world: World) -> None:
        """Taken where they are, the pieces would need 150 steps; a transaction has 100."""
        skus = [f"S{n:02}" for n in range(50)]
        world.sell(*(a_product(sku) for sku in skus), shards=[1, 1, 1])
        world.stock.hold(a_reservation(lines=dict.fromkeys(skus, 3)))
        assert {level.available for level in world.stock.levels(skus).values()} == {0}
        world.stock.release("ord_1", NOW)
        assert {level.available for level in world.stock.levels(skus).values()} == {3}


class TestRaces:
    def buyers(
        self, world: World, count: int, lines: Mapping[str, int]
    ) -> list[Callable[[], None]]:
        orders = [a_reservation(f"ord_{n}", lines) for n in range(count)]
        return [partial(world.stock.hold, order) for order in orders]

    @pytest.mark.parametrize("shards", [[1, 0, 0, 0], [3, 0, 2, 5], [1] * 8, [0] * 31 + [9]])
    def test_as_many_buyers_win_as_there_are_pieces(
        self, world: World, shards: Sequence[int]
    ) -> None:
        world.sell(a_product(), shards=shards)
        results = race(*self.buyers(world, 24, {"TEA": 1}))
        assert results.count(None) == sum(shards)
        assert {type(r) for r in results if r is not None} == {OutOfStock}
        assert available(world) == 0

    def test_lines_that_must_be_split_win_as_often_as_they_fit(self, world: World) -> None:
        world.sell(a_product(), shards=[2, 2, 2, 2, 2])
        results = race(*self.buyers(world, 12, {"TEA": 3}))
        assert results.count(None) == 3
        assert {type(r) for r in results if r is not None} == {OutOfStock}
        assert available(world) == 1

    def test_holds_and_releases_lose_no_piece(self, world: World) -> None:
        world.sell(a_product(), shards=[2, 2, 2, 2])
        first = [f"ord_{n}" for n in range(8)]
        for order_id in first:
            world.stock.hold(a_reservation(order_id))
        buyers = [partial(world.stock.hold, a_reservation(f"ord_{n}")) for n in range(8, 16)]
        releases = [partial(world.stock.release, order_id, NOW) for order_id in first]
        results: Sequence[Any] = race(*buyers, *releases)
        assert results[8:] == [True] * 8
        assert available(world) == 8 - results[:8].count(None)

    def test_attempts_of_one_order_hold_once(self, world: World) -> None:
        world.sell(a_product(), shards=[5, 5, 5])
        assert race(*[partial(world.stock.hold, a_reservation())] * 12) == [None] * 12
        assert available(world) == 14


class TestInDynamoDB:
    """Where the pieces are taken from and put back to."""

    def shop(self, world: DynamoWorld, below: Callable[[int], int]) -> DynamoStock:
        t = world.tables
        return DynamoStock(t["inventory"], t["reservations"], t["promotions"], below)

    def reshard(self, world: DynamoWorld, pieces: Sequence[int], was: int) -> None:
        """As the seed does it: all shards at once, and those that are too many are gone."""
        gone = [f"TEA#{n}" for n in range(len(pieces), was)]
        world._put("inventory", stock_items("TEA", pieces, 0))
        world._write("inventory", [{"DeleteRequest": {"Key": {"sku": {"S": k}}}} for k in gone])

    def test_buyers_spread_over_the_shards(self, dynamodb: DynamoWorld) -> None:
        dynamodb.sell(a_product(), shards=[100, 100, 100, 100])
        turns = iter(range(100))
        stock = self.shop(dynamodb, lambda n: next(turns) % n)
        for n in range(8):
            stock.hold(a_reservation(f"ord_{n}"))
        assert max(dynamodb.shards("TEA", 4)) - min(dynamodb.shards("TEA", 4)) <= 1

    def test_pieces_go_back_where_they_came_from(self, dynamodb: DynamoWorld) -> None:
        dynamodb.sell(a_product(), shards=[1, 2, 3])
        stock = self.shop(dynamodb, last)
        stock.hold(a_reservation("ord_1", {"TEA": 2}))
        assert dynamodb.shards("TEA", 3) == [1, 2, 1]
        stock.hold(a_reservation("ord_2", {"TEA": 3}))
        assert dynamodb.shards("TEA", 3) == [1, 0, 0]
        stock.release("ord_2", NOW)
        assert dynamodb.shards("TEA", 3) == [1, 2, 1]
        stock.release("ord_1", NOW)
        assert dynamodb.shards("TEA", 3) == [1, 2, 3]

    def test_a_reservation_says_where_it_took_pieces_only_if_that_is_not_plain(
        self, dynamodb: DynamoWorld
    ) -> None:
        dynamodb.sell(a_product("A"), available=2)
        dynamodb.sell(a_product("B"), shards=[0, 2])
        dynamodb.stock.hold(a_reservation("ord_1", {"A": 1}))
        dynamodb.stock.hold(a_reservation("ord_2", {"A": 1, "B": 1}))
        assert "takes" not in dynamodb.item("reservations", orderId="ord_1")
        assert dynamodb.item("reservations", orderId="ord_2")["takes"] == [
            {"sku": "A", "shard": 0, "quantity": 1},
            {"sku": "B", "shard": 1, "quantity": 1},
        ]

    @pytest.mark.parametrize("now", [[4], [1, 3], [1, 1, 1, 1], [0, 0, 0, 0, 0, 4]])
    def test_another_number_of_shards_is_noticed(
        self, dynamodb: DynamoWorld, now: Sequence[int]
    ) -> None:
        """The process remembers three; every piece is found all the same, and not one more."""
        dynamodb.sell(a_product(), shards=[1, 2, 2])
        stock = self.shop(dynamodb, last)
        stock.hold(a_reservation("ord_0"))
        self.reshard(dynamodb, now, was=3)
        for n in range(1, 5):
            stock.hold(a_reservation(f"ord_{n}"))
        with pytest.raises(OutOfStock):
            stock.hold(a_reservation("ord_5"))

    def test_what_another_thread_has_learnt_since_the_take_is_no_proof(
        self, dynamodb: DynamoWorld
    ) -> None:
        """The take supposed four shards and was refused; by now everybody knows there is one."""
        dynamodb.sell(a_product(), available=3)
        stock = self.shop(dynamodb, last).sharded_stock
        stock.shards["TEA"] = 1
        found = stock.find(CartLine("TEA", 2), Take("TEA", 3, 2, shards=4), refused_by=None)
        assert found == (Take("TEA", 0, 2),)

    def test_pieces_of_a_shard_that_is_gone_go_to_the_first_one(
        self, dynamodb: DynamoWorld
    ) -> None:
        dynamodb.sell(a_product(), shards=[0, 1, 2])
        stock = self.shop(dynamodb, last)
        stock.hold(a_reservation(lines={"TEA": 3}))
        self.reshard(dynamodb, [5], was=3)
        assert stock.release("ord_1", NOW) is True
        assert dynamodb.shards("TEA", 1) == [8]

    def test_a_product_with_one_shard_costs_one_request(self, dynamodb: DynamoWorld) -> None:
        dynamodb.sell(a_product("A"), a_product("B"), available=1)
        client = Counting(dynamodb.client)
        t = {name: Table(client, table.name) for name, table in dynamodb.tables.items()}
        stock = DynamoStock(t["inventory"], t["reservations"], t["promotions"])
        stock.hold(a_reservation(lines={"A": 1, "B": 1}))
        with pytest.raises(OutOfStock):
            stock.hold(a_reservation("ord_2", {"A": 1}))
        assert client.calls == {"transact_write_items": 2}

    def test_a_hot_product_costs_one_request_too_once_it_is_known(
        self, dynamodb: DynamoWorld
    ) -> None:
        dynamodb.sell(a_product(), shards=[9, 9])
        client = Counting(dynamodb.client)
        t = {name: Table(client, table.name) for name, table in dynamodb.tables.items()}
        stock = DynamoStock(t["inventory"], t["reservations"], t["promotions"])
        stock.hold(a_reservation("ord_1"))
        client.calls.clear()
        stock.hold(a_reservation("ord_2"))
        assert client.calls == {"transact_write_items": 1}


class Counting:
    """A client that counts what it is asked."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        self.calls[name] += 1
        return getattr(self._client, name)

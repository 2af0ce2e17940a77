"""Products and promotion codes."""

from __future__ import annotations

import pytest

from checkout.domain.catalogue import Product, Sale, Tier
from checkout.domain.errors import InvalidCursor
from checkout.domain.promotions import PromotionKind
from tests.builders import NOW, a_product, a_promotion, a_record, an_order, minutes, usd
from tests.contract.worlds import World

SALE = Sale(usd(700), NOW, NOW + minutes(60))


def all_pages(world: World, category: str | None, limit: int) -> list[Product]:
    found: list[Product] = []
    cursor = None
    while True:
        page = world.catalogue.page(category, limit, cursor)
        assert len(page.items) <= limit
        found += page.items
        cursor = page.cursor
        if cursor is None:
            return found


def test_products_are_found_with_everything_that_is_known_about_them(world: World) -> None:
    tea = a_product("TEA", tiers=(Tier(5, usd(900)), Tier(10, usd(800))), sale=SALE)
    old = a_product("OLD", active=False)
    world.sell(tea, old)
    assert world.catalogue.find(["TEA", "OLD", "NOPE", "TEA"]) == {"TEA": tea, "OLD": old}


def test_no_skus_find_no_products(world: World) -> None:
    assert world.catalogue.find([]) == {}


def test_more_than_a_hundred_products_are_found_at_once(world: World) -> None:
    skus = [f"S{n:03}" for n in range(130)]
    world.sell(*(a_product(sku) for sku in skus))
    assert sorted(world.catalogue.find(skus)) == skus
    assert sorted(world.stock.levels(skus)) == skus


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_all_that_is_on_sale_is_seen_once_by_category_and_sku(world: World, limit: int) -> None:
    for sku, category in [("C", "tea"), ("A", "tea"), ("B", "cake"), ("E", "soap"), ("D", "tea")]:
        world.sell(a_product(sku, category=category))
    world.sell(a_product("OLD", active=False))
    assert [p.sku for p in all_pages(world, None, limit)] == ["B", "E", "A", "C", "D"]
    assert [p.sku for p in all_pages(world, "tea", limit)] == ["A", "C", "D"]


def test_a_category_is_its_whole_name(world: World) -> None:
    world.sell(a_product("A", category="tea"), a_product("B", category="teapots"))
    assert [p.sku for p in all_pages(world, "tea", 10)] == ["A"]
    assert all_pages(world, "te", 10) == []


@pytest.mark.parametrize("cursor", ["x", "e30", "bnVsbA", "!", "é"])
def test_a_cursor_that_nobody_made_is_invalid(world: World, cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        world.catalogue.page(None, 10, cursor)


def test_a_cursor_of_another_list_is_invalid(world: World) -> None:
    for order_id in ("ord_1", "ord_2"):
        order = an_order(order_id)
        world.orders.place(order, a_record(order))
    cursor = world.orders.of_customer("cus_ada", 1, None).cursor
    assert cursor
    with pytest.raises(InvalidCursor):
        world.catalogue.page(None, 10, cursor)


def test_promotions_are_found_with_everything_that_is_known_about_them(world: World) -> None:
    plain = a_promotion("PLAIN")
    full = a_promotion(
        "FULL",
        kind=PromotionKind.BUY_X_GET_Y,
        basis_points=0,
        buy_quantity=2,
        free_quantity=1,
        minimum_subtotal=1000,
        categories=frozenset({"tea", "cake"}),
        starts_at=NOW,
        ends_at=NOW + minutes(1),
        redemption_limit=5,
        per_customer_limit=1,
        first_order_only=True,
        stackable=False,
        redemptions=3,
    )
    world.promote(plain, full)
    found = world.promotions.find(["FULL", "PLAIN", "NONE", "FULL"])
    assert {p.code: p for p in found} == {"FULL": full, "PLAIN": plain}


def test_no_codes_find_no_promotions(world: World) -> None:
    assert list(world.promotions.find([])) == []

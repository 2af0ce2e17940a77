"""Every field of what is stored comes back from the repositories as it was written.

The values are those of tests/complete.py, in which no field has its default.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from checkout.adapters import item_mapping
from checkout.domain.order import Order, OrderStatus
from checkout.domain.promotions import Promotion
from checkout.domain.stock import ReservationStatus
from tests import complete
from tests.builders import NOW, a_product, minutes
from tests.complete import ENTRIES, ORDER, PRODUCT, PROMOTIONS, QUOTE, RECORD, RESERVATION
from tests.contract.worlds import DynamoWorld, World

PLACED = replace(
    ORDER,
    status=OrderStatus.PENDING,
    history=ORDER.history[:1],
    quote=None,
    rejection=None,
    published_at=None,
    mailed_at=None,
)
"""The order as it is when it is new. What is set later has a test step of its own."""


def test_an_order_comes_back_with_every_field(world: World) -> None:
    world.orders.place(PLACED, RECORD)
    assert world.orders.get("ord_1") == PLACED
    world.orders.save_quote("ord_1", QUOTE)
    assert world.orders.get("ord_1") == replace(PLACED, quote=QUOTE)
    world.orders.close("ord_1", OrderStatus.REJECTED, complete.ENDED, ORDER.rejection)
    world.orders.mark_published("ord_1", complete.PUBLISHED)
    world.orders.mark_mailed("ord_1", complete.MAILED, "message-1")
    assert world.orders.get("ord_1") == without_token(ORDER)
    assert list(world.orders.of_customer("cus_ada", 9, None).items) == [without_token(ORDER)]


def without_token(order: Order) -> Order:
    """An order that has ended: its payment token is forgotten on purpose."""
    return replace(order, request=replace(order.request, payment_token=""))


def test_an_idempotency_record_comes_back_with_every_field(world: World) -> None:
    world.orders.place(PLACED, RECORD)
    assert world.orders.replay_of("cus_ada", RECORD.key, NOW) == RECORD


def test_a_product_comes_back_with_every_field(world: World) -> None:
    world.sell(PRODUCT)
    assert world.catalogue.find(["TEA"]) == {"TEA": PRODUCT}


@pytest.mark.parametrize("promotion", PROMOTIONS, ids=lambda promotion: promotion.kind)
def test_a_promotion_comes_back_with_every_field(world: World, promotion: Promotion) -> None:
    world.promote(promotion)
    assert list(world.promotions.find([promotion.code])) == [promotion]


def test_ledger_entries_come_back_with_every_field(world: World) -> None:
    for entry in ENTRIES:
        world.ledger.append(entry)
    found = world.ledger.entries("ord_1")
    assert sorted(found, key=lambda e: e.kind) == sorted(ENTRIES, key=lambda e: e.kind)


def test_a_reservation_comes_back_with_every_field(world: World) -> None:
    world.sell(a_product("JAM"), a_product("TEA"))
    world.promote(*(replace(promotion, redemptions=0) for promotion in PROMOTIONS))
    held = replace(RESERVATION, status=ReservationStatus.HELD)
    world.stock.hold(held)
    assert world.reservation("ord_1") == held
    world.orders.place(PLACED, RECORD)
    world.orders.confirm("ord_1", NOW)
    assert world.reservation("ord_1") == RESERVATION


def test_a_shelf_is_read_with_every_field(dynamodb: DynamoWorld) -> None:
    dynamodb.sell(a_product(), shards=[7, 0, 0], low=8)
    assert dynamodb.stock.claim_alert("TEA", "ord_1", NOW, NOW + minutes(1))
    dynamodb.stock.mark_alert_sent("TEA", "ord_1")
    assert item_mapping.shard(dynamodb.item("inventory", sku="TEA")) == complete.SHARD

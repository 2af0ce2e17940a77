"""Stock and counters whose rows are wrong: nothing is taken from them and nothing redeemed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from checkout.adapters.dynamodb import encode
from checkout.domain.errors import OutOfStock, PromotionExhausted
from tests.builders import a_product, a_promotion, a_reservation
from tests.contract.worlds import DynamoWorld

CUSTOMER = "CUSTOMER#cus_ada"


def change(world: DynamoWorld, table: str, key: dict[str, str], name: str, value: object) -> None:
    """Another value in a row; None takes it away."""
    item: dict[str, Any] = {**world.item(table, **key), **key, name: value}
    kept = {key: encode({"": value})[""] for key, value in item.items() if value is not None}
    world.client.put_item(TableName=world.tables[table].name, Item=kept)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("available", value) for value in ("10", -1, None, True, [10], 10**12)],
        *[("lowStockThreshold", value) for value in ("1", -1, None, True)],
        *[("shards", value) for value in ("2", 0, 1000, Decimal("1.5"), True)],
    ],
)
def test_nothing_is_taken_from_a_shelf_that_is_wrong(
    dynamodb: DynamoWorld, name: str, value: object
) -> None:
    dynamodb.sell(a_product(), a_product("JAM"))
    change(dynamodb, "inventory", {"sku": "TEA"}, name, value)
    with pytest.raises(OutOfStock) as caught:
        dynamodb.stock.hold(a_reservation(lines={"TEA": 1, "JAM": 1}))
    assert caught.value.skus == ("TEA",)
    assert dynamodb.item("inventory", sku="JAM")["available"] == 10
    assert dynamodb.stock.levels(["TEA", "JAM"]).keys() == {"JAM"}


@pytest.mark.parametrize("value", ["5", -1, None, True])
def test_nothing_is_taken_from_a_product_with_a_further_shard_that_is_wrong(
    dynamodb: DynamoWorld, value: object
) -> None:
    dynamodb.sell(a_product(), shards=[0, 5])
    change(dynamodb, "inventory", {"sku": "TEA#1"}, "available", value)
    with pytest.raises(OutOfStock):
        dynamodb.stock.hold(a_reservation(lines={"TEA": 1}))


@pytest.mark.parametrize(
    ("scope", "name", "value"),
    [
        *[("PROMOTION", "redemptions", value) for value in ("0", -5, True, [0])],
        *[(CUSTOMER, "redemptions", value) for value in ("0", -5, True)],
        *[("PROMOTION", "redemptionLimit", value) for value in ("9", -1, Decimal("1.5"))],
        *[("PROMOTION", "perCustomerLimit", value) for value in ("9", -1, Decimal("1.5"))],
        ("PROMOTION", "firstOrderOnly", "no"),
        ("PROMOTION", "kind", "GIFT"),
    ],
)
def test_a_code_whose_row_or_counter_is_wrong_is_not_redeemed(
    dynamodb: DynamoWorld, scope: str, name: str, value: object
) -> None:
    dynamodb.sell(a_product())
    dynamodb.promote(a_promotion("TEN"))
    change(dynamodb, "promotions", {"code": "TEN", "scope": scope}, name, value)
    with pytest.raises(PromotionExhausted):
        dynamodb.stock.hold(a_reservation(promotions=("TEN",)))
    assert dynamodb.item("inventory", sku="TEA")["available"] == 10


def test_an_order_that_holds_a_code_keeps_it_though_its_row_is_wrong_by_now(
    dynamodb: DynamoWorld,
) -> None:
    """A step that is tried again must not reject an order that holds everything already."""
    dynamodb.sell(a_product())
    dynamodb.promote(a_promotion("TEN"))
    held = a_reservation(promotions=("TEN",))
    dynamodb.stock.hold(held)
    change(dynamodb, "promotions", {"code": "TEN", "scope": "PROMOTION"}, "kind", "GIFT")
    dynamodb.stock.hold(held)
    assert dynamodb.item("inventory", sku="TEA")["available"] == 9

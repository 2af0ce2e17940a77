"""What is on sale, and a customer's own orders."""

from __future__ import annotations

import pytest

from checkout.domain.errors import OrderNotFound, ProductNotFound
from checkout.use_cases.browse_catalogue import get_offer, list_offers
from checkout.use_cases.view_orders import get_order, list_orders
from tests.builders import a_product, an_order
from tests.shop import Shop


def test_an_offer_says_how_much_is_left(shop: Shop) -> None:
    shop.sell(a_product("CAKE", category="cake"), available=0)
    page = list_offers(None, 10, None, shop.catalogue, shop.stock)
    assert [(o.product.sku, o.available) for o in page.items] == [("CAKE", 0), ("TEA", 10)]
    assert get_offer("TEA", shop.catalogue, shop.stock).available == 10


def test_a_product_without_stock_record_has_none_left(shop: Shop) -> None:
    del shop.memory.levels["TEA"]
    assert get_offer("TEA", shop.catalogue, shop.stock).available == 0
    assert list_offers(None, 10, None, shop.catalogue, shop.stock).items[0].available == 0


@pytest.mark.parametrize("sku", ["NOPE", "OLD"])
def test_what_is_not_sold_is_not_found(shop: Shop, sku: str) -> None:
    shop.sell(a_product("OLD", active=False))
    with pytest.raises(ProductNotFound):
        get_offer(sku, shop.catalogue, shop.stock)


def test_customers_see_their_own_orders_with_what_their_money_did(shop: Shop) -> None:
    shop.confirmed()
    view = get_order("ord_1", "cus_ada", shop.orders, shop.ledger)
    assert [entry.kind.value for entry in view.entries] == ["AUTHORISED", "CAPTURED"]
    page = list_orders("cus_ada", 10, None, shop.orders, shop.ledger)
    assert list(page.items) == [view]


def test_somebody_elses_order_does_not_exist(shop: Shop) -> None:
    shop.memory.orders["ord_1"] = an_order()
    with pytest.raises(OrderNotFound):
        get_order("ord_1", "cus_bob", shop.orders, shop.ledger)
    assert list_orders("cus_bob", 10, None, shop.orders, shop.ledger).items == []

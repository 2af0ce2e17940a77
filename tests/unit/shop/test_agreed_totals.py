"""What the customer agreed to is never exceeded, whatever happens before it is charged."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from checkout.adapters import item_mapping
from checkout.domain import mail
from checkout.domain.catalogue import Sale, Tier
from checkout.domain.errors import InvalidCart, PriceChanged
from checkout.domain.events import Event
from checkout.domain.money import Money
from checkout.domain.order import Order, OrderStatus, RejectionCode
from checkout.domain.pricing import ShippingRate
from checkout.use_cases.place_order import PlaceOrder, place_order
from checkout.use_cases.settle_order import Outcome
from tests import event_schemas
from tests.builders import NOW, a_product, a_promotion, a_quote, a_request, an_address, cart, usd
from tests.builders import rules as price_rules
from tests.shop import Shop
from tests.unit.shop.api import call, post_checkout, signed_in
from tests.unit.shop.test_workflow_tasks import step

TO_BUY = a_request(
    items=cart(TEA=5, CAKE=1), discount_codes=("TEN",), shipping_address=an_address(region="CA")
)
SALE = Sale(usd(300), NOW - timedelta(days=1), NOW + timedelta(minutes=1))


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """Everything that a price is made of is in use."""
    shop.sell(a_product("TEA", 1000, tiers=(Tier(5, usd(900)),)))
    shop.sell(a_product("CAKE", 500, sale=SALE))
    shop.promote(a_promotion("TEN"))
    return shop


def place(shop: Shop, expected: Money | None = None, **changes: Any) -> str:
    command = PlaceOrder("cus_ada", "a-key-of-ada", "hash-1", TO_BUY, expected)
    command = replace(command, **changes)
    return place_order(
        command, shop.orders, shop.workflow, lambda: shop.pricing, shop.clock, shop.ids
    ).order_id


def total(shop: Shop) -> Money:
    destination = TO_BUY.shipping_address.destination
    return shop.pricing.quote(TO_BUY.items, TO_BUY.discount_codes, destination).total


def raise_the_price(shop: Shop) -> None:
    shop.sell(a_product("TEA", 2000))


def take_the_tier_away(shop: Shop) -> None:
    shop.sell(a_product("TEA", 1000))


def end_the_sale(shop: Shop) -> None:
    shop.clock.advance(minutes=2)


def end_the_promotion(shop: Shop) -> None:
    shop.promote(a_promotion("TEN", ends_at=NOW))


def remove_the_promotion(shop: Shop) -> None:
    shop.memory.promotions.clear()


def use_up_the_promotion(shop: Shop) -> None:
    shop.promote(a_promotion("TEN", redemption_limit=1, redemptions=1))


def ask_for_a_larger_cart(shop: Shop) -> None:
    shop.promote(a_promotion("TEN", minimum_subtotal=99999))


def raise_the_tax(shop: Shop) -> None:
    shop.parameters.rules = price_rules(tax={"US-CA": 1500})


def raise_the_shipping(shop: Shop) -> None:
    shop.parameters.rules = price_rules(shipping={"US": ShippingRate(1599)})


def change_the_currency(shop: Shop) -> None:
    shop.parameters.rules = price_rules(currency="EUR")
    for product in (a_product("TEA", 1), a_product("CAKE", 1)):
        shop.sell(replace(product, price=Money(1, "EUR"), tiers=(), sale=None))


CHANGES: list[Callable[[Shop], None]] = [
    raise_the_price,
    take_the_tier_away,
    end_the_sale,
    end_the_promotion,
    remove_the_promotion,
    use_up_the_promotion,
    ask_for_a_larger_cart,
    raise_the_tax,
    raise_the_shipping,
    change_the_currency,
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("said", [True, False], ids=["expectedTotal", "no expectedTotal"])
def test_an_order_that_costs_more_by_now_is_not_charged(
    shop: Shop, change: Callable[[Shop], None], said: bool
) -> None:
    agreed = total(shop)
    order_id = place(shop, agreed if said else None)
    change(shop)
    with pytest.raises(PriceChanged) as caught:
        shop.run(order_id, ["validate"])
    assert caught.value.expected == agreed
    for step_ in ("validate", "reserve", "pay", "generate"):
        with pytest.raises(PriceChanged):
            shop.run(order_id, [step_])
    assert shop.gateway.charges == {}
    assert shop.memory.reservations == {}


def test_once_it_is_priced_nothing_changes_it(shop: Shop) -> None:
    agreed = total(shop)
    order_id = place(shop)
    shop.run(order_id, ["validate"])
    for change in CHANGES[:1]:
        change(shop)
    shop.run(order_id, ["validate", "reserve", "pay", "generate"])
    assert shop.orders.get(order_id).require_quote().total == agreed


def test_an_order_that_costs_less_by_now_costs_less(shop: Shop) -> None:
    order_id = place(shop, total(shop))
    shop.sell(a_product("TEA", 100))
    shop.run(order_id, ["validate", "reserve", "pay", "generate"])
    order = shop.orders.get(order_id)
    assert order.status is OrderStatus.CONFIRMED
    assert order.require_quote().total < (order.expected_total or usd(0))


def test_a_price_that_came_back_does_not_revive_the_order(shop: Shop) -> None:
    """The price is fixed once: a replay answers as the first time."""
    order_id = place(shop)
    shop.sell(a_product("TEA", 2000))
    with pytest.raises(PriceChanged):
        shop.run(order_id, ["validate"])
    shop.sell(a_product("TEA", 100))
    with pytest.raises(PriceChanged):
        shop.run(order_id, ["validate"])


def test_an_order_from_before_totals_were_kept_is_charged_what_it_costs(shop: Shop) -> None:
    shop.place("ord_old", TO_BUY)
    shop.sell(a_product("TEA", 2000))
    shop.run("ord_old", ["validate", "reserve", "pay", "generate"])
    assert shop.orders.get("ord_old").status is OrderStatus.CONFIRMED


@pytest.mark.parametrize("said", [None, usd(5), usd(-5), usd(10**40)], ids=str)
def test_a_cart_without_a_price_was_agreed_to_at_no_price(shop: Shop, said: Money | None) -> None:
    """Should it get one later, a price that nobody has seen is not charged."""
    shop.memory.products.pop("CAKE")
    order_id = place(shop, said)
    with pytest.raises(InvalidCart):
        shop.run(order_id, ["validate"])
    assert item_mapping.order_item(shop.orders.get(order_id))["expectedTotal"]["amount"] >= 0
    shop.sell(a_product("CAKE", 500))
    if said is None or said.amount < 100:
        with pytest.raises(PriceChanged):
            shop.run(order_id, ["validate"])


def test_what_was_agreed_to_is_stored_and_read_again(shop: Shop) -> None:
    order = shop.orders.get(place(shop))
    assert item_mapping.order(item_mapping.order_item(order)) == order
    assert order.expected_total == total(shop)


class TestRejection:
    def rejected(self, shop: Shop) -> Order:
        """An order whose price rose, at the end of its workflow."""
        order_id = place(shop)
        shop.sell(a_product("TEA", 2000))
        with pytest.raises(PriceChanged) as raised:
            step("ValidateCart", orderId=order_id)
        assert type(raised.value) is PriceChanged
        cause = json.dumps({"errorMessage": str(raised.value), "errorType": "PriceChanged"})
        step("RejectOrder", orderId=order_id, error={"Error": "PriceChanged", "Cause": cause})
        step("PublishOrderRejected", orderId=order_id)
        return shop.orders.get(order_id)

    @pytest.mark.usefixtures("open_shop")
    def test_both_totals_are_in_the_order_the_event_and_the_mail(self, shop: Shop) -> None:
        order = self.rejected(shop)
        change = order.price_change
        assert change
        agreed, now = change.expected, change.actual
        assert agreed < now
        assert order.rejection
        assert order.rejection.code is RejectionCode.PRICE_CHANGED
        assert str(agreed) in order.rejection.message
        assert str(now) in order.rejection.message
        (event,) = shop.events.published
        assert event == Event("OrderRejected", event.detail)
        event_schemas.validator("OrderRejected").validate(
            {**event.detail, "orderId": f"ord_{'0' * 32}"}
        )
        assert event.detail["reason"] == "PRICE_CHANGED"
        assert event.detail["expectedTotal"]["amount"] == agreed.amount
        assert event.detail["total"]["amount"] == now.amount
        told = mail.about(order)
        assert f"You agreed to {agreed}; it is {now} now." in told.text
        assert "You have not been charged" in told.text

    @pytest.mark.usefixtures("open_shop")
    def test_both_totals_are_in_what_the_api_shows(self, shop: Shop) -> None:
        order = self.rejected(shop)
        body = call("GET", f"/orders/{order.order_id}", None, signed_in()).body
        assert body["rejection"]["code"] == "PRICE_CHANGED"
        assert body["expectedTotal"]["amount"] < body["total"]["amount"]

    def test_the_sweeper_rejects_what_died_at_that_point(self, shop: Shop) -> None:
        order_id = place(shop)
        shop.sell(a_product("TEA", 2000))
        with pytest.raises(PriceChanged):
            shop.run(order_id, ["validate"])
        shop.workflow.ended.add(order_id)
        assert shop.sweeper().settle(order_id) is Outcome.UNDONE
        order = shop.orders.get(order_id)
        assert order.status is OrderStatus.REJECTED
        assert order.rejection
        assert order.rejection.code is RejectionCode.PRICE_CHANGED

    def test_a_redrive_of_an_order_that_never_began_compares_too(self, shop: Shop) -> None:
        order_id = place(shop)
        shop.workflow.started.clear()
        shop.sell(a_product("TEA", 2000))
        assert shop.sweeper().settle(order_id) is Outcome.STARTED
        with pytest.raises(PriceChanged):
            shop.run(order_id, ["validate"])

    def test_prices_that_an_older_version_wrote_are_not_charged_either(self, shop: Shop) -> None:
        order_id = place(shop)
        shop.orders.save_quote(order_id, a_quote(total=usd(10**6)))
        for step_ in ("validate", "reserve", "pay", "generate"):
            with pytest.raises(PriceChanged):
                shop.run(order_id, [step_])


@pytest.mark.usefixtures("open_shop")
def test_an_order_without_an_expected_total_shows_what_was_agreed_to(shop: Shop) -> None:
    order_id = post_checkout().body["orderId"]
    body = call("GET", f"/orders/{order_id}", None, signed_in()).body
    assert body["expectedTotal"] == {"amount": 2599, "currency": "USD"}

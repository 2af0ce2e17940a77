"""Orders that cannot be taken: no payment gateway, or an address whose tax nobody knows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from checkout.domain.pricing import PriceRules
from tests.shop import Shop
from tests.unit.shop.api import a_checkout, call, post_checkout, signed_in

pytestmark = pytest.mark.usefixtures("open_shop")


def closed(shop: Shop) -> None:
    shop.settings.payment_gateway = ""


class TestNoGateway:
    def test_an_order_is_refused_with_the_reason_and_what_to_do(self, shop: Shop) -> None:
        closed(shop)
        answer = post_checkout()
        assert (answer.status, answer.code) == (503, "NO_PAYMENT_GATEWAY")
        assert "Choose one with payment_gateway" in answer.body["detail"]
        assert "Retry-After" not in answer.headers

    def test_nothing_is_stored_and_nothing_started(self, shop: Shop) -> None:
        closed(shop)
        post_checkout()
        assert not shop.memory.orders
        assert not shop.workflow.started

    def test_browsing_and_quotes_go_on(self, shop: Shop) -> None:
        closed(shop)
        cart = {"items": [{"sku": "TEA", "quantity": 1}]}
        assert call("GET", "/products").status == 200
        assert call("POST", "/quotes", cart).status == 200
        assert call("GET", "/orders", headers=signed_in()).status == 200

    def test_what_was_accepted_before_gets_its_answer_again(self, shop: Shop) -> None:
        before = post_checkout()
        closed(shop)
        assert post_checkout().body == before.body
        assert post_checkout(key="another-key").status == 503

    def test_a_body_that_is_wrong_is_told_first(self, shop: Shop) -> None:
        closed(shop)
        assert post_checkout(a_checkout(email=None)).status == 422


class TestRegion:
    """TEA is sold where US-CA has a tax of its own."""

    def order(self, country: str = "US", region: str | None = None) -> Any:
        address = {**a_checkout()["shippingAddress"], "country": country}
        del address["region"]
        return a_checkout(shippingAddress=address | ({} if region is None else {"region": region}))

    @pytest.mark.parametrize("region", [None, ""])
    def test_an_address_needs_the_region_that_its_tax_depends_on(self, region: str | None) -> None:
        answer = post_checkout(self.order(region=region))
        assert (answer.status, answer.code) == (422, "INVALID_REQUEST")
        assert answer.body["errors"] == [
            {
                "pointer": "/shippingAddress/region",
                "message": "is required: the tax in US depends on it",
            }
        ]

    def test_nothing_of_it_is_stored(self, shop: Shop) -> None:
        post_checkout(self.order())
        assert not shop.memory.orders

    @pytest.mark.parametrize("region", ["CA", "OR"])
    def test_a_region_is_taken_with_a_tax_of_its_own_or_that_of_the_rest(self, region: str) -> None:
        assert post_checkout(self.order(region=region)).status == 202

    def test_where_tax_is_the_same_everywhere_no_region_is_asked_for(self, shop: Shop) -> None:
        taxed(shop, {"US": 500})
        assert post_checkout(self.order()).status == 202

    def test_without_a_tax_for_the_rest_only_listed_regions_are_sold_to(self, shop: Shop) -> None:
        taxed(shop, {"US-CA": 725, "US-NY": 400})
        answer = post_checkout(self.order(region="OR"))
        assert answer.body["errors"][0]["message"] == (
            "has no tax that we know; in US we know CA, NY"
        )
        assert post_checkout(self.order(region="NY")).status == 202

    def test_an_order_of_before_the_rule_gets_its_answer_again(self, shop: Shop) -> None:
        rules = shop.parameters.rules
        taxed(shop, {"US": 0})
        before = post_checkout(self.order())
        shop.parameters.rules = rules
        assert post_checkout(self.order()).body == before.body


def taxed(shop: Shop, tax: dict[str, int]) -> None:
    rules: PriceRules = shop.parameters.rules
    shop.parameters.rules = replace(rules, tax=tax)

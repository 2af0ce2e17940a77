"""Every route of the API: what it answers when all is well, and every problem that it knows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checkout.domain.catalogue import Sale, Tier
from checkout.domain.errors import Contended
from checkout.domain.order import OrderStatus, Rejection, RejectionCode
from checkout.use_cases.end_order import reject_order
from checkout.use_cases.process_payment import refund_payment
from tests.builders import NOW, a_product, a_promotion, a_request, cart, minutes, usd
from tests.shop import Shop
from tests.unit.shop.api import (
    KEY,
    a_checkout,
    a_token,
    call,
    post_checkout,
    send,
    signed_in,
    validator,
)

pytestmark = pytest.mark.usefixtures("open_shop")


def money(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "USD"}


class TestHealth:
    def test_the_shop_is_open(self) -> None:
        answer = call("GET", "/health")
        assert (answer.status, answer.body) == (200, {"status": "ok"})


class TestProducts:
    def test_what_is_on_sale_comes_page_by_page(self, shop: Shop) -> None:
        for sku in ("A", "B", "C", "D"):
            shop.sell(a_product(sku))
        skus, cursor = [], None
        while True:
            query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
            body = call("GET", "/products", query=query).body
            skus += [item["sku"] for item in body["items"]]
            if not (cursor := body.get("nextCursor")):
                break
        assert skus == ["A", "B", "C", "D", "TEA"]

    def test_a_category_can_be_chosen(self, shop: Shop) -> None:
        shop.sell(a_product("CAKE", category="cake"))
        body = call("GET", "/products", query={"category": "cake"}).body
        assert [item["sku"] for item in body["items"]] == ["CAKE"]
        assert call("GET", "/products", query={"category": "none"}).body == {"items": []}

    @pytest.mark.parametrize("limit", ["0", "101", "-1", "1.0", "x", "", "1000", "\u0661", "1e1"])
    def test_a_bad_limit_is_refused(self, limit: str) -> None:
        answer = call("GET", "/products", query={"limit": limit})
        assert (answer.status, answer.code) == (400, "INVALID_PARAMETER")

    @pytest.mark.parametrize("category", ["", "x" * 65, "te\na"])
    def test_a_bad_category_is_refused(self, category: str) -> None:
        answer = call("GET", "/products", query={"category": category})
        assert (answer.status, answer.code) == (400, "INVALID_PARAMETER")

    def test_a_cursor_that_we_did_not_make_is_refused(self) -> None:
        answer = call("GET", "/products", query={"cursor": "what"})
        assert (answer.status, answer.code) == (400, "INVALID_CURSOR")

    def test_a_product_shows_its_prices_and_stock(self, shop: Shop) -> None:
        sale = Sale(usd(700), NOW, NOW + minutes(1))
        shop.sell(a_product("CAKE", tiers=(Tier(5, usd(900)),), sale=sale), available=3)
        body = call("GET", "/products/CAKE").body
        assert (body["price"], body["available"]) == (money(1000), 3)
        assert body["tiers"] == [{"minQuantity": 5, "unitPrice": money(900)}]
        assert body["sale"]["startsAt"] == "2026-11-22T12:00:00.000000Z"

    @pytest.mark.parametrize("sku", ["NOPE", "OLD", "x" * 65, "%F0%9F%8D%B5", "TEA TEA"])
    def test_what_is_not_sold_is_not_found(self, shop: Shop, sku: str) -> None:
        shop.sell(a_product("OLD", active=False))
        answer = call("GET", f"/products/{sku}")
        assert (answer.status, answer.code) == (404, "NOT_FOUND")


class TestQuotes:
    def test_a_cart_is_priced_for_home_unless_told_otherwise(self) -> None:
        body = call("POST", "/quotes", {"items": [{"sku": "TEA", "quantity": 2}]}).body
        assert body["total"] == money(2599)
        assert [line["total"] for line in body["lines"]] == [money(2000)]

    def test_the_destination_decides_shipping_and_tax(self) -> None:
        cart = {"items": [{"sku": "TEA", "quantity": 1}], "country": "US", "region": "CA"}
        assert call("POST", "/quotes", cart).body["tax"] == money(73)

    def test_codes_are_applied_or_rejected_with_a_reason(self, shop: Shop) -> None:
        shop.promote(a_promotion("TEN"))
        cart = {"items": [{"sku": "TEA", "quantity": 2}], "discountCodes": ["TEN", "WHAT"]}
        body = call("POST", "/quotes", cart).body
        assert body["applied"] == [
            {"code": "TEN", "description": "What TEN does", "discount": money(200)}
        ]
        assert body["rejected"] == [{"code": "WHAT", "reason": "unknown"}]

    def test_what_cannot_be_sold_is_named(self) -> None:
        items = [{"sku": "TEA", "quantity": 1}, {"sku": "NOPE", "quantity": 1}]
        answer = call("POST", "/quotes", {"items": items})
        assert (answer.status, answer.code) == (422, "INVALID_CART")
        assert answer.pointers == ["/items/1/sku"]

    def test_a_country_that_we_do_not_ship_to_is_named(self) -> None:
        cart = {"items": [{"sku": "TEA", "quantity": 1}], "country": "FR"}
        answer = call("POST", "/quotes", cart)
        assert (answer.status, answer.pointers) == (422, ["/country"])


class TestCheckout:
    def test_an_order_is_accepted_and_started(self, shop: Shop) -> None:
        answer = post_checkout(a_checkout(simulate={"fail": "ReserveStock"}))
        order_id = answer.body["orderId"]
        assert answer.status == 202
        assert answer.body["status"] == "PENDING"
        assert answer.body["links"] == {"order": f"orders/{order_id}"}
        assert answer.headers["Location"] == f"orders/{order_id}"
        switch = shop.workflow.started[order_id]
        assert switch
        assert (switch.fail, switch.times) == ("ReserveStock", 1)

    def test_what_was_asked_for_is_stored(self, shop: Shop) -> None:
        order_id = post_checkout(a_checkout(discountCodes=["TEN"])).body["orderId"]
        order = shop.orders.get(order_id)
        assert order.request == a_request(discount_codes=("TEN",))
        assert (order.customer_id, order.idempotency_key) == ("cus_ada", KEY)

    def test_the_same_request_gets_the_same_answer(self, shop: Shop) -> None:
        first = post_checkout()
        reordered = dict(reversed(a_checkout().items()))
        assert post_checkout(reordered) == first
        assert len(shop.memory.orders) == 1

    def test_another_body_under_the_same_key_is_a_conflict(self) -> None:
        post_checkout()
        answer = post_checkout(a_checkout(email="bob@example.com"))
        assert (answer.status, answer.code) == (409, "IDEMPOTENCY_CONFLICT")

    def test_a_changed_price_is_a_conflict(self) -> None:
        answer = post_checkout(a_checkout(expectedTotal=money(2598)))
        assert (answer.status, answer.code) == (409, "PRICE_CHANGED")
        assert "25.99 USD" in answer.body["detail"]

    @pytest.mark.parametrize("amount", [-1, 10**400])
    def test_an_expected_total_may_be_absurd(self, amount: int) -> None:
        answer = post_checkout(a_checkout(expectedTotal=money(amount)))
        assert (answer.status, answer.code) == (409, "PRICE_CHANGED")

    def test_an_expected_total_that_holds_is_accepted(self) -> None:
        assert post_checkout(a_checkout(expectedTotal=money(2599))).status == 202

    def test_unknown_products_are_left_to_the_workflow(self) -> None:
        assert post_checkout(a_checkout(items=[{"sku": "NOPE", "quantity": 1}])).status == 202

    @pytest.mark.parametrize("key", [None, "", "1234567", "x" * 65, "with space", "schlüssel"])
    def test_a_bad_idempotency_key_is_refused(self, key: str | None) -> None:
        answer = post_checkout(key=key)
        assert (answer.status, answer.code) == (400, "INVALID_IDEMPOTENCY_KEY")

    @pytest.mark.parametrize("key", ["12345678", "x" * 64, "!~#:/?key"])
    def test_8_to_64_printable_characters_are_a_key(self, key: str) -> None:
        assert post_checkout(key=key).status == 202

    def test_header_names_are_in_any_case(self) -> None:
        headers = {"authorization": f"bearer {a_token()}", "IDEMPOTENCY-KEY": KEY}
        assert call("POST", "/checkout", a_checkout(), headers).status == 202


class TestOrders:
    def test_a_pending_order_has_no_prices_yet(self) -> None:
        order_id = post_checkout().body["orderId"]
        body = call("GET", f"/orders/{order_id}", headers=signed_in()).body
        assert (body["status"], body["lines"], body["payment"]) == (
            "PENDING",
            [],
            {"status": "NONE"},
        )
        assert "total" not in body

    def test_a_confirmed_order_shows_its_way(self, shop: Shop) -> None:
        shop.confirmed()
        body = call("GET", "/orders/ord_1", headers=signed_in()).body
        assert [change["status"] for change in body["history"]] == ["PENDING", "CONFIRMED"]
        assert body["payment"] == {"status": "CAPTURED", "captured": money(2599)}
        assert (body["total"], body["createdAt"]) == (money(2599), "2026-11-22T12:00:00.000000Z")

    def test_a_rejected_order_says_why(self, shop: Shop) -> None:
        shop.place()
        reason = Rejection(RejectionCode.OUT_OF_STOCK, "Not enough in stock: TEA")
        reject_order("ord_1", reason, shop.orders, shop.clock)
        body = call("GET", "/orders/ord_1", headers=signed_in()).body
        assert body["rejection"] == {
            "code": "OUT_OF_STOCK",
            "message": "Not enough in stock: TEA",
        }

    def test_a_refund_is_shown(self, shop: Shop) -> None:
        shop.place()
        shop.run("ord_1", ["validate", "reserve", "pay"])
        refund_payment("ord_1", shop.orders, shop.gateway, shop.ledger, shop.events, shop.clock)
        body = call("GET", "/orders/ord_1", headers=signed_in()).body
        assert body["payment"] == {
            "status": "REFUNDED",
            "captured": money(2599),
            "refunded": money(2599),
        }

    @pytest.mark.parametrize("order_id", ["ord_1", "ord_0", "x" * 65])
    def test_somebody_elses_order_does_not_exist(self, shop: Shop, order_id: str) -> None:
        shop.place()
        headers = signed_in(a_token(sub="cus_bob"))
        answer = call("GET", f"/orders/{order_id}", headers=headers)
        assert (answer.status, answer.code) == (404, "NOT_FOUND")

    def test_the_callers_orders_come_newest_first(self, shop: Shop) -> None:
        for order_id in ("ord_1", "ord_2", "ord_3"):
            shop.place(order_id)
            shop.clock.advance(seconds=1)
        first = call("GET", "/orders", headers=signed_in(), query={"limit": "2"}).body
        rest = {"cursor": first["nextCursor"]}
        second = call("GET", "/orders", headers=signed_in(), query=rest).body
        ids = [item["orderId"] for item in first["items"] + second["items"]]
        assert ids == ["ord_3", "ord_2", "ord_1"]
        assert "nextCursor" not in second

    def test_others_see_none_of_them(self, shop: Shop) -> None:
        shop.place()
        headers = signed_in(a_token(sub="cus_bob"))
        assert call("GET", "/orders", headers=headers).body == {"items": []}

    @pytest.mark.parametrize(
        ("query", "code"),
        [({"limit": "0"}, "INVALID_PARAMETER"), ({"cursor": "x"}, "INVALID_CURSOR")],
    )
    def test_bad_parameters_are_refused(self, query: dict[str, str], code: str) -> None:
        answer = call("GET", "/orders", headers=signed_in(), query=query)
        assert (answer.status, answer.code) == (400, code)


class TestElsewhere:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/"),
            ("GET", "/what"),
            ("DELETE", "/orders/ord_1"),
            ("GET", "/checkout"),
            ("POST", "/products"),
            ("GET", "/products/TEA/reviews"),
            ("PATCH", "/health"),
        ],
    )
    def test_what_is_not_in_the_api_is_not_found(self, method: str, path: str) -> None:
        answer = call(method, path, headers=signed_in())
        assert (answer.status, answer.code) == (404, "NOT_FOUND")
        assert answer.body["instance"] == path

    def test_a_mistake_of_ours_tells_nothing_about_itself(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(shop, "catalogue", None)
        result = send("GET", "/products/TEA")
        problem = json.loads(result["body"])
        assert (result["statusCode"], problem["code"]) == (500, "INTERNAL")
        assert "NoneType" not in result["body"]
        validator("Problem").validate(problem)

    def test_who_loses_every_race_is_asked_to_come_back(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def lose(*_: object) -> None:
            raise Contended("Other transactions on the same items kept winning")

        monkeypatch.setattr(shop.orders, "place", lose)
        answer = post_checkout()
        assert (answer.status, answer.code) == (503, "BUSY")
        assert answer.headers["Retry-After"] == "1"

    def test_a_whole_order_can_be_followed_through_the_api(self, shop: Shop) -> None:
        order_id = post_checkout().body["orderId"]
        shop.run(order_id, ["validate", "reserve", "pay", "generate"])
        body = call("GET", f"/orders/{order_id}", headers=signed_in()).body
        assert body["status"] == OrderStatus.CONFIRMED
        assert call("GET", "/products/TEA").body["available"] == 8
        assert shop.memory.reservations[order_id].lines == cart(TEA=2)

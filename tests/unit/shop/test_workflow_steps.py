"""ValidateCart, ReserveStock, GenerateOrder and the ends of an order; each can be replayed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from checkout.domain.errors import (
    InvalidCart,
    OrderClosed,
    OrderNotFound,
    OrderNotPriced,
    OrderStillOpen,
    OutOfStock,
    PaymentMissing,
    PromotionExhausted,
    ReservationClosed,
)
from checkout.domain.order import OrderStatus, Rejection, RejectionCode
from checkout.domain.payment import EntryKind
from checkout.domain.pricing import ShippingRate
from checkout.domain.stock import Reservation, ReservationStatus
from checkout.use_cases.end_order import (
    fail_order,
    generate_order,
    publish_outcome,
    reject_order,
)
from checkout.use_cases.reserve_stock import release_stock, reserve_stock
from checkout.use_cases.validate_cart import validate_cart
from tests.builders import NOW, a_product, a_promotion, a_request, an_entry, cart, minutes, usd
from tests.fake_services import Down
from tests.shop import Shop

FREE = ShippingRate(0)
DECLINED = Rejection(RejectionCode.PAYMENT_DECLINED, "The payment was declined: fraud")


def reserve(shop: Shop, order_id: str = "ord_1") -> Reservation:
    return reserve_stock(order_id, shop.orders, shop.stock, shop.clock, timedelta(minutes=15))


def generate(shop: Shop) -> None:
    generate_order("ord_1", shop.orders, shop.ledger, shop.clock)


def publish(shop: Shop) -> None:
    publish_outcome("ord_1", shop.orders, shop.events, shop.clock)


class TestValidateCart:
    def test_prices_are_written_to_the_order(self, shop: Shop) -> None:
        shop.place()
        quote = validate_cart("ord_1", shop.orders, shop.pricing)
        assert quote.total == usd(2599)
        assert shop.orders.get("ord_1").quote == quote

    def test_a_replay_returns_the_first_prices(self, shop: Shop) -> None:
        shop.place()
        first = validate_cart("ord_1", shop.orders, shop.pricing)
        shop.sell(a_product(price=9999))
        assert validate_cart("ord_1", shop.orders, shop.pricing) == first

    def test_the_slower_of_two_attempts_returns_the_prices_of_the_faster(self, shop: Shop) -> None:
        """The price changes between the two, after both saw an order without prices."""
        slow = shop.place()
        first = validate_cart("ord_1", shop.orders, shop.pricing)
        shop.sell(a_product(price=9999))
        get, answers = shop.orders.get, [slow]
        shop.orders.get = lambda order_id: answers.pop() if answers else get(order_id)  # type: ignore[method-assign]
        assert validate_cart("ord_1", shop.orders, shop.pricing) == first

    def test_a_cart_that_cannot_be_sold_is_invalid(self, shop: Shop) -> None:
        shop.place(request=a_request(items=cart(NOPE=1)))
        with pytest.raises(InvalidCart):
            validate_cart("ord_1", shop.orders, shop.pricing)

    def test_an_order_that_has_ended_is_not_priced(self, shop: Shop) -> None:
        shop.place()
        fail_order("ord_1", shop.orders, shop.clock)
        with pytest.raises(OrderClosed):
            validate_cart("ord_1", shop.orders, shop.pricing)

    def test_an_unknown_order_is_an_error(self, shop: Shop) -> None:
        with pytest.raises(OrderNotFound):
            validate_cart("ord_0", shop.orders, shop.pricing)


class TestReserveStock:
    @pytest.fixture(autouse=True)
    def _priced_order(self, shop: Shop) -> None:
        shop.place()
        shop.run("ord_1", ["validate"])

    def test_all_lines_are_held_for_a_while(self, shop: Shop) -> None:
        held = reserve(shop)
        assert held.expires_at == NOW + minutes(15)
        assert shop.available() == 8
        assert shop.memory.reservations["ord_1"] == held

    def test_a_replay_holds_nothing_more(self, shop: Shop) -> None:
        reserve(shop)
        reserve(shop)
        assert shop.available() == 8

    def test_the_promotions_that_count_are_redeemed(self, shop: Shop) -> None:
        shop.promote(a_promotion("TEN"), a_promotion("LATER", starts_at=NOW + minutes(1)))
        shop.place("ord_2", a_request(discount_codes=("TEN", "LATER", "NONE")))
        shop.run("ord_2", ["validate", "reserve"])
        assert shop.memory.reservations["ord_2"].promotions == ("TEN",)
        assert shop.memory.promotions["TEN"].redemptions == 1

    def test_too_little_stock_takes_nothing(self, shop: Shop) -> None:
        shop.sell(a_product(), available=1)
        with pytest.raises(OutOfStock) as caught:
            reserve(shop)
        assert caught.value.skus == ("TEA",)
        assert shop.available() == 1

    def test_a_promotion_that_ran_out_since_pricing_takes_nothing(self, shop: Shop) -> None:
        shop.promote(a_promotion("TEN", redemption_limit=1))
        shop.place("ord_2", a_request(discount_codes=("TEN",)))
        shop.run("ord_2", ["validate"])
        shop.promote(a_promotion("TEN", redemption_limit=1, redemptions=1))
        with pytest.raises(PromotionExhausted):
            reserve(shop, "ord_2")
        assert shop.available() == 10

    def test_an_order_without_prices_reserves_nothing(self, shop: Shop) -> None:
        shop.place("ord_2")
        with pytest.raises(OrderNotPriced):
            reserve(shop, "ord_2")

    def test_a_step_that_comes_after_the_release_is_refused(self, shop: Shop) -> None:
        release_stock("ord_1", shop.stock, shop.clock)
        with pytest.raises(ReservationClosed):
            reserve(shop)
        assert shop.available() == 10


class TestReleaseStock:
    def test_what_was_held_is_given_back_once(self, shop: Shop) -> None:
        shop.promote(a_promotion("TEN"))
        shop.place("ord_1", a_request(discount_codes=("TEN",)))
        shop.run("ord_1", ["validate", "reserve"])
        assert release_stock("ord_1", shop.stock, shop.clock) is True
        assert release_stock("ord_1", shop.stock, shop.clock) is False
        assert (shop.available(), shop.memory.promotions["TEN"].redemptions) == (10, 0)

    def test_releasing_what_was_never_held_gives_nothing_back(self, shop: Shop) -> None:
        assert release_stock("ord_1", shop.stock, shop.clock) is False
        assert shop.available() == 10

    def test_sold_stock_is_never_given_back(self, shop: Shop) -> None:
        shop.confirmed()
        with pytest.raises(ReservationClosed):
            release_stock("ord_1", shop.stock, shop.clock)
        assert shop.available() == 8


class TestGenerateOrder:
    @pytest.fixture(autouse=True)
    def _paid_order(self, shop: Shop) -> None:
        shop.place()
        shop.run("ord_1", ["validate", "reserve", "pay"])

    def test_the_order_is_confirmed_and_its_reservation_committed(self, shop: Shop) -> None:
        generate(shop)
        order = shop.orders.get("ord_1")
        assert [change.status for change in order.history] == ["PENDING", "CONFIRMED"]
        assert shop.memory.reservations["ord_1"].status is ReservationStatus.COMMITTED

    def test_a_replay_changes_nothing(self, shop: Shop) -> None:
        generate(shop)
        first = shop.orders.get("ord_1")
        shop.clock.advance(minutes=1)
        generate(shop)
        assert shop.orders.get("ord_1") == first

    def test_the_payment_token_is_forgotten(self, shop: Shop) -> None:
        generate(shop)
        assert shop.orders.get("ord_1").request.payment_token == ""

    def test_an_order_that_is_not_paid_is_not_confirmed(self, shop: Shop) -> None:
        shop.ledger.append(an_entry(EntryKind.REFUNDED))
        with pytest.raises(PaymentMissing) as caught:
            generate(shop)
        assert (caught.value.captured, caught.value.total) == (usd(0), usd(2599))
        assert shop.orders.get("ord_1").is_open

    def test_stock_that_was_given_back_cannot_be_confirmed(self, shop: Shop) -> None:
        release_stock("ord_1", shop.stock, shop.clock)
        with pytest.raises(ReservationClosed):
            generate(shop)

    def test_an_order_that_ended_another_way_stays_so(self, shop: Shop) -> None:
        fail_order("ord_1", shop.orders, shop.clock)
        with pytest.raises(OrderClosed):
            generate(shop)
        assert shop.orders.get("ord_1").status is OrderStatus.FAILED
        assert shop.memory.reservations["ord_1"].status is ReservationStatus.HELD

    def test_a_free_order_needs_no_payment(self, shop: Shop) -> None:
        shop.parameters.rules = replace(shop.parameters.rules, shipping={"US": FREE})
        shop.sell(a_product("GIFT", price=0))
        shop.place("ord_2", a_request(items=cart(GIFT=1)))
        shop.run("ord_2", ["validate", "reserve", "pay", "generate"])
        assert shop.orders.get("ord_2").status is OrderStatus.CONFIRMED
        assert shop.ledger.entries("ord_2") == []


class TestEnds:
    @pytest.fixture(autouse=True)
    def _order(self, shop: Shop) -> None:
        shop.place()

    def test_a_rejection_says_why(self, shop: Shop) -> None:
        reject_order("ord_1", DECLINED, shop.orders, shop.clock)
        order = shop.orders.get("ord_1")
        assert (order.status, order.rejection) == (OrderStatus.REJECTED, DECLINED)

    def test_a_replay_keeps_the_first_end(self, shop: Shop) -> None:
        reject_order("ord_1", DECLINED, shop.orders, shop.clock)
        first = shop.orders.get("ord_1")
        shop.clock.advance(minutes=1)
        reject_order("ord_1", replace(DECLINED, message="x"), shop.orders, shop.clock)
        assert shop.orders.get("ord_1") == first

    def test_failing_again_changes_nothing(self, shop: Shop) -> None:
        fail_order("ord_1", shop.orders, shop.clock)
        first = shop.orders.get("ord_1")
        shop.clock.advance(minutes=1)
        fail_order("ord_1", shop.orders, shop.clock)
        assert shop.orders.get("ord_1") == first

    def test_a_confirmed_order_can_neither_be_rejected_nor_failed(self, shop: Shop) -> None:
        shop.run("ord_1", ["validate", "reserve", "pay", "generate"])
        with pytest.raises(OrderClosed):
            reject_order("ord_1", DECLINED, shop.orders, shop.clock)
        with pytest.raises(OrderClosed):
            fail_order("ord_1", shop.orders, shop.clock)
        assert shop.orders.get("ord_1").status is OrderStatus.CONFIRMED

    def test_the_end_is_published_once(self, shop: Shop) -> None:
        fail_order("ord_1", shop.orders, shop.clock)
        publish(shop)
        publish(shop)
        assert shop.events.types == ["OrderFailed"]

    def test_an_open_order_has_no_event(self, shop: Shop) -> None:
        with pytest.raises(OrderStillOpen):
            publish(shop)
        assert shop.events.types == []
        assert shop.orders.get("ord_1").published_at is None

    def test_an_event_that_the_bus_did_not_take_is_published_by_the_retry(self, shop: Shop) -> None:
        fail_order("ord_1", shop.orders, shop.clock)
        shop.events.outages = 1
        with pytest.raises(Down):
            publish(shop)
        publish(shop)
        assert shop.events.types == ["OrderFailed"]

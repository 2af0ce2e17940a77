"""ProcessPayment and RefundPayment: money moves once, and never against the books."""

from __future__ import annotations

import pytest

from checkout.domain.errors import (
    ChargeReversed,
    GatewayTimeout,
    OrderClosed,
    OrderNotPriced,
    PaymentDeclined,
)
from checkout.domain.money import Money
from checkout.domain.payment import EntryKind, balance
from checkout.use_cases.end_order import fail_order
from checkout.use_cases.process_payment import process_payment, refund_payment
from tests.builders import a_request, usd
from tests.fake_services import Down
from tests.shop import Shop


def order_with(shop: Shop, token: str) -> None:
    shop.place(request=a_request(payment_token=token))
    shop.run("ord_1", ["validate", "reserve"])


def pay(shop: Shop) -> Money:
    return process_payment("ord_1", shop.orders, shop.gateway, shop.ledger, shop.clock)


def refund(shop: Shop) -> Money | None:
    return refund_payment("ord_1", shop.orders, shop.gateway, shop.ledger, shop.events, shop.clock)


def kinds(shop: Shop) -> list[str]:
    return [entry.kind.value for entry in shop.ledger.entries("ord_1")]


class TestProcessPayment:
    def test_the_total_is_authorised_and_captured(self, shop: Shop) -> None:
        order_with(shop, "tok_visa")
        assert pay(shop) == usd(2599)
        assert shop.gateway.takings == [usd(2599)]
        assert kinds(shop) == ["AUTHORISED", "CAPTURED"]
        assert {e.key for e in shop.ledger.entries("ord_1")} == {"ord_1:charge"}

    def test_a_replay_charges_nothing_more(self, shop: Shop) -> None:
        order_with(shop, "tok_visa")
        pay(shop)
        first = shop.ledger.entries("ord_1")
        shop.clock.advance(minutes=1)
        assert pay(shop) == usd(2599)
        assert shop.gateway.takings == [usd(2599)]
        assert shop.ledger.entries("ord_1") == first

    def test_a_replay_after_the_token_is_forgotten_still_finds_the_charge(self, shop: Shop) -> None:
        shop.confirmed()
        assert pay(shop) == usd(2599)
        assert shop.gateway.takings == [usd(2599)]

    @pytest.mark.parametrize(
        ("token", "reason"),
        [
            ("tok_declined", "declined"),
            ("tok_insufficient_funds", "insufficient_funds"),
            ("tok_expired_card", "expired_card"),
            ("tok_fraud", "fraud"),
            ("tok_what", "unknown_token"),
        ],
    )
    def test_a_declined_payment_is_written_down_and_stays_declined(
        self, shop: Shop, token: str, reason: str
    ) -> None:
        order_with(shop, token)
        for _ in range(2):
            with pytest.raises(PaymentDeclined) as declined:
                pay(shop)
            assert declined.value.reason == reason
        (entry,) = shop.ledger.entries("ord_1")
        assert (entry.kind, entry.reason) == (EntryKind.DECLINED, reason)
        assert shop.gateway.takings == []

    def test_a_timeout_is_charged_once_by_the_retry(self, shop: Shop) -> None:
        order_with(shop, "tok_timeout_once")
        with pytest.raises(GatewayTimeout):
            pay(shop)
        assert pay(shop) == usd(2599)
        assert shop.gateway.takings == [usd(2599)]

    def test_a_gateway_that_is_down_is_never_charged(self, shop: Shop) -> None:
        order_with(shop, "tok_gateway_down")
        for _ in range(4):
            with pytest.raises(GatewayTimeout):
                pay(shop)
        assert (shop.gateway.takings, kinds(shop)) == ([], [])

    def test_a_charge_that_comes_after_the_refund_is_refused(self, shop: Shop) -> None:
        order_with(shop, "tok_visa")
        refund(shop)
        with pytest.raises(ChargeReversed):
            pay(shop)
        assert (shop.gateway.takings, kinds(shop)) == ([], [])

    def test_an_order_without_prices_is_not_charged(self, shop: Shop) -> None:
        shop.place()
        with pytest.raises(OrderNotPriced):
            pay(shop)


class TestRefundPayment:
    def test_what_was_captured_is_given_back_once(self, shop: Shop) -> None:
        order_with(shop, "tok_visa")
        pay(shop)
        assert refund(shop) == usd(2599)
        first = shop.ledger.entries("ord_1")
        shop.clock.advance(minutes=1)
        assert refund(shop) == usd(2599)
        assert shop.ledger.entries("ord_1") == first
        assert balance(first, "USD") == usd(0)
        assert set(shop.events.types) == {"PaymentRefunded"}

    def test_nothing_is_refunded_when_nothing_was_charged(self, shop: Shop) -> None:
        order_with(shop, "tok_visa")
        assert refund(shop) is None
        assert (kinds(shop), shop.events.types) == ([], [])

    def test_a_declined_payment_needs_no_refund(self, shop: Shop) -> None:
        order_with(shop, "tok_fraud")
        with pytest.raises(PaymentDeclined):
            pay(shop)
        assert refund(shop) is None
        assert kinds(shop) == ["DECLINED"]

    def test_money_that_was_only_authorised_is_voided(self, shop: Shop) -> None:
        order_with(shop, "tok_timeout_once")
        with pytest.raises(GatewayTimeout):
            pay(shop)
        assert refund(shop) is None
        assert (kinds(shop), shop.events.types) == (["VOIDED"], [])

    def test_a_step_that_died_between_charging_and_writing_is_refunded_in_full(
        self, shop: Shop
    ) -> None:
        order_with(shop, "tok_visa")
        shop.ledger.outages = 1
        with pytest.raises(Down):
            pay(shop)
        shop.gateway.capture("ord_1:charge")  # the other attempt got this far and died
        assert kinds(shop) == []
        assert refund(shop) == usd(2599)
        assert kinds(shop) == ["CAPTURED", "REFUNDED"]
        assert balance(shop.ledger.entries("ord_1"), "USD") == usd(0)

    @pytest.mark.parametrize("died_at", ["ledger", "events"])
    def test_a_refund_that_died_half_way_is_finished_by_the_retry(
        self, shop: Shop, died_at: str
    ) -> None:
        order_with(shop, "tok_visa")
        pay(shop)
        getattr(shop, died_at).outages = 1
        with pytest.raises(Down):
            refund(shop)
        assert refund(shop) == usd(2599)
        assert kinds(shop) == ["AUTHORISED", "CAPTURED", "REFUNDED"]
        assert shop.events.types == ["PaymentRefunded"]

    def test_the_payment_of_a_confirmed_order_is_never_given_back(self, shop: Shop) -> None:
        """The workflow compensates when it lost the answer of the step that confirmed."""
        shop.confirmed()
        with pytest.raises(OrderClosed):
            refund(shop)
        assert kinds(shop) == ["AUTHORISED", "CAPTURED"]
        assert shop.gateway.charges["ord_1:charge"].status == "CAPTURED"

    def test_a_failed_order_can_be_refunded_late(self, shop: Shop) -> None:
        order_with(shop, "tok_visa")
        pay(shop)
        fail_order("ord_1", shop.orders, shop.clock)
        assert refund(shop) == usd(2599)

"""Orders, their payments and their reservations: what the values themselves know."""

from __future__ import annotations

import pytest

from checkout.domain.errors import OrderNotPriced, OutOfStock, PromotionExhausted, Violation
from checkout.domain.order import OrderStatus, StatusChange
from checkout.domain.payment import EntryKind, balance, payment_status
from checkout.domain.stock import StockLevel
from tests.builders import NOW, a_quote, an_ended_order, an_entry, an_order, usd


def test_a_new_order_is_pending_since_it_was_placed() -> None:
    order = an_order()
    assert (order.status, order.is_open) == (OrderStatus.PENDING, True)
    assert order.history == (StatusChange(OrderStatus.PENDING, NOW),)


@pytest.mark.parametrize(
    "status", [OrderStatus.CONFIRMED, OrderStatus.REJECTED, OrderStatus.FAILED]
)
def test_an_order_that_has_ended_is_not_open(status: OrderStatus) -> None:
    assert not an_ended_order(status).is_open


def test_the_prices_of_an_order_that_has_none_are_an_error() -> None:
    with pytest.raises(OrderNotPriced):
        an_order().require_quote()
    assert an_order(quote=a_quote()).require_quote() == a_quote()


def test_the_balance_is_what_was_captured_less_what_was_refunded() -> None:
    captured = [an_entry(EntryKind.AUTHORISED), an_entry(EntryKind.CAPTURED)]
    assert balance(captured, "USD") == usd(2599)
    assert balance([*captured, an_entry(EntryKind.REFUNDED)], "USD") == usd(0)
    assert balance([an_entry(EntryKind.AUTHORISED)], "USD") == usd(0)
    assert balance([], "USD") == usd(0)


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        ([], None),
        (["AUTHORISED"], "AUTHORISED"),
        (["CAPTURED", "AUTHORISED"], "CAPTURED"),
        (["AUTHORISED", "CAPTURED", "REFUNDED"], "REFUNDED"),
        (["AUTHORISED", "VOIDED"], "VOIDED"),
        (["DECLINED"], "DECLINED"),
    ],
)
def test_a_payment_stands_where_its_last_entry_left_it(
    kinds: list[str], status: str | None
) -> None:
    assert payment_status(an_entry(EntryKind(kind)) for kind in kinds) == status


@pytest.mark.parametrize(
    ("available", "warned", "wanted"),
    [(4, False, False), (3, False, True), (0, False, True), (3, True, False)],
)
def test_low_stock_wants_one_warning(available: int, warned: bool, wanted: bool) -> None:
    assert StockLevel("TEA", available, 3, warned).wants_warning is wanted


def test_errors_name_what_they_are_about_in_a_fixed_order() -> None:
    assert str(OutOfStock({"TEA", "CAKE"})) == "Not enough in stock: CAKE, TEA"
    exhausted = PromotionExhausted({"TEN", "FIVE"})
    assert exhausted.violations == (Violation("/discountCodes", "No longer redeemable: FIVE, TEN"),)

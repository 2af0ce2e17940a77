"""Carts: what a customer may ask for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checkout.domain.cart import CartLine, check, merged
from checkout.domain.errors import InvalidCart, Violation
from checkout.domain.money import Money
from tests.builders import a_product

PRODUCTS = {
    "TEA": a_product("TEA"),
    "OLD": a_product("OLD", active=False),
    "CAKE": replace(a_product("CAKE"), price=Money(900, "EUR")),
}


def violations(*lines: CartLine) -> tuple[Violation, ...]:
    with pytest.raises(InvalidCart) as caught:
        check(lines, PRODUCTS, "USD")
    return caught.value.violations


def test_duplicates_are_merged_where_they_first_appear() -> None:
    lines = [CartLine("B", 1), CartLine("A", 2), CartLine("B", 3)]
    assert merged(lines) == (CartLine("B", 4), CartLine("A", 2))


def test_a_cart_of_active_products_passes() -> None:
    check([CartLine("TEA", 99)], PRODUCTS, "USD")


def test_every_line_that_cannot_be_sold_is_named_by_its_place_in_the_request() -> None:
    found = violations(CartLine("TEA", 1), CartLine("NOPE", 1), CartLine("OLD", 1))
    assert found == (
        Violation("/items/1/sku", "There is no product NOPE"),
        Violation("/items/2/sku", "OLD is no longer sold"),
    )


def test_more_than_99_pieces_after_merging_are_refused_at_each_of_their_lines() -> None:
    found = violations(CartLine("TEA", 60), CartLine("TEA", 40))
    assert [v.pointer for v in found] == ["/items/0/quantity", "/items/1/quantity"]
    assert found[0].message == "100 of TEA are more than 99"


def test_a_product_in_another_currency_is_refused() -> None:
    (found,) = violations(CartLine("CAKE", 1))
    assert found == Violation("/items/0/sku", "CAKE is sold in EUR, not in USD")


def test_one_line_can_be_wrong_in_two_ways() -> None:
    assert [v.pointer for v in violations(CartLine("NOPE", 100))] == [
        "/items/0/sku",
        "/items/0/quantity",
    ]


@pytest.mark.parametrize("quantity", [0, -1, -99])
def test_less_than_one_piece_is_refused_also_if_another_line_makes_up_for_it(quantity: int) -> None:
    (found,) = violations(CartLine("TEA", 50), CartLine("TEA", quantity))
    assert found == Violation("/items/1/quantity", f"{quantity} of TEA are less than 1")


def test_an_empty_cart_is_refused() -> None:
    assert violations() == (Violation("/items", "The cart is empty"),)


def test_a_cart_of_more_than_50_products_is_refused_and_one_of_50_is_not() -> None:
    products = {f"S{n}": a_product(f"S{n}") for n in range(51)}
    lines = [CartLine(sku, 1) for sku in products]
    check(lines[:50], products, "USD")
    with pytest.raises(InvalidCart) as caught:
        check(lines, products, "USD")
    assert caught.value.violations == (
        Violation("/items", "51 different products are more than 50"),
    )


def test_two_currencies_in_one_cart_are_refused_where_the_foreign_one_is() -> None:
    (found,) = violations(CartLine("TEA", 1), CartLine("CAKE", 1))
    assert found.pointer == "/items/1/sku"


CASES = {
    "unknown": CartLine("NOPE", 1),
    "inactive": CartLine("OLD", 1),
    "foreign": CartLine("CAKE", 1),
    "none": CartLine("TEA", 0),
    "too many": CartLine("TEA", 100),
}


def test_every_case_has_a_message_of_its_own() -> None:
    found = [violations(line) for line in CASES.values()]
    kinds = {
        message.message.replace(line.sku, "")
        for line, (message,) in zip(CASES.values(), found, strict=True)
    }
    assert len(kinds) == len(CASES)

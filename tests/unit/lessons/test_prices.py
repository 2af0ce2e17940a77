from __future__ import annotations

from typing import Any, cast

from lab.api import CheckoutApi
from lab.lessons import prices


def test_a_trusting_shop_charges_what_the_client_says() -> None:
    line = {"quantity": 3, "unitPrice": {"amount": 1, "currency": "USD"}}
    assert prices.trusting_total({"items": [line, line]}) == 6


def test_rounding_by_line_and_rounding_once_are_not_the_same() -> None:
    assert prices.rounded_by_line([333, 333, 99], 1000) == 76
    assert prices.rounded_once([333, 333, 99], 1000) == 77


def test_carts_of_one_line_are_never_astray() -> None:
    assert prices.cents_astray(725, lines=1, carts=50) == {0: 50}


def test_many_carts_of_many_lines_are() -> None:
    astray = prices.cents_astray(725, lines=30, carts=200)
    assert astray.total() == 200
    assert min(astray) < 0 < max(astray)


class FakeShop:
    """Quotes a discount of one dollar for each code, and takes all of them."""

    def quote(self, request: dict[str, Any]) -> dict[str, Any]:
        applied = [{"code": code} for code in request["discountCodes"]]
        off = {"amount": 100 * len(applied), "currency": "USD"}
        return {"applied": applied, "discount": off, "shipping": off, "total": off}


def test_codes_are_compared_one_by_one_and_all_together() -> None:
    rows = prices.compared(cast(CheckoutApi, FakeShop()), {"TEA": 1}, ["A", "B"])

    assert [row["typed in"] for row in rows] == ["nothing", "A", "B", "A, B"]
    assert [row["counts"] for row in rows] == ["", "A", "B", "A, B"]


def test_a_discount_is_told_in_cents() -> None:
    assert prices.discount(cast(CheckoutApi, FakeShop()), {"TEA": 1}, "A", "B") == 200

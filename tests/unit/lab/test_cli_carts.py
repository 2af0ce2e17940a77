"""Carts from files, and the promises that they make."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lab.shop import carts
from lab.shop.carts import Cart, Expectation

BODY: dict[str, Any] = {"items": [{"sku": "TEA", "quantity": 1}]}


def written(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content))
    return path


def test_a_bare_body_gets_the_usual_payment_address_and_mail(tmp_path: Path) -> None:
    cart = carts.read(written(tmp_path / "mine.json", BODY))

    assert cart.request["payment"] == {"token": "tok_visa"}
    assert cart.request["shippingAddress"]["country"] == "US"
    assert cart.expect is None


def test_what_a_bare_body_says_itself_is_kept(tmp_path: Path) -> None:
    cart = carts.read(written(tmp_path / "mine.json", {**BODY, "email": "me@example.com"}))

    assert cart.request["email"] == "me@example.com"


def test_a_sample_cart_is_sent_as_it_is(tmp_path: Path) -> None:
    content = {"description": "d", "request": BODY, "expect": {"http": 422}}

    assert carts.read(written(tmp_path / "sample.json", content)).request == BODY


@pytest.mark.parametrize("status", ["CONFIRMED", "FAILED"])
def test_a_sample_can_be_picked_by_what_it_promises(status: str) -> None:
    promised = carts.sample(status).expect

    assert promised is not None
    assert promised.status == status


CONFIRMED = {"status": "CONFIRMED", "total": {"amount": 100, "currency": "USD"}}
REJECTED = {"status": "REJECTED", "rejection": {"code": "OUT_OF_STOCK", "message": "gone"}}


@pytest.mark.parametrize(
    ("expect", "order", "broken"),
    [
        (None, CONFIRMED, []),
        (
            None,
            REJECTED,
            ["status is REJECTED, not CONFIRMED", "rejection is OUT_OF_STOCK, not none"],
        ),
        (Expectation(status="CONFIRMED", total=CONFIRMED["total"]), CONFIRMED, []),
        (Expectation(status="REJECTED", rejection="OUT_OF_STOCK"), REJECTED, []),
        (
            Expectation(status="REJECTED", rejection="PAYMENT_DECLINED"),
            REJECTED,
            ["rejection is OUT_OF_STOCK, not PAYMENT_DECLINED"],
        ),
        (
            Expectation(status="CONFIRMED", total={"amount": 99, "currency": "USD"}),
            CONFIRMED,
            ["total is {'amount': 100, 'currency': 'USD'}, not {'amount': 99, 'currency': 'USD'}"],
        ),
    ],
)
def test_an_order_is_held_against_what_its_cart_promises(
    expect: Expectation | None, order: dict[str, Any], broken: list[str]
) -> None:
    assert carts.differences(Cart("mine", "", BODY, expect), order) == broken


def test_a_refusal_is_only_promised_with_its_http_status_and_code() -> None:
    cart = Cart("sample", "", BODY, Expectation(http=409, code="PRICE_CHANGED"))

    assert carts.expects_refusal(cart, 409, "PRICE_CHANGED")
    assert not carts.expects_refusal(cart, 409, "IDEMPOTENCY_CONFLICT")
    assert not carts.expects_refusal(cart, 422, "PRICE_CHANGED")
    assert not carts.expects_refusal(Cart("mine", "", BODY), 409, "PRICE_CHANGED")

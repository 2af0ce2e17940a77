"""Every sample cart ends as its file says, and the customer hears of it once."""

from __future__ import annotations

from functools import partial
from typing import Any

import httpx
import pytest

from lab.shop import carts, mailbox, purchase
from lab.shop.carts import Cart
from tests.deployed_shop import DeployedShop, at_once

CARTS = carts.samples()
ORDERS = [cart for cart in CARTS if cart.expect and cart.expect.http == httpx.codes.ACCEPTED]
REFUSALS = [cart for cart in CARTS if cart not in ORDERS]


@pytest.fixture(scope="module")
def ended(shop: DeployedShop) -> dict[str, Any]:
    """Every sample cart that makes an order, bought by a customer of its own, at its end."""
    orders = at_once([partial(shop.buy, cart.request) for cart in ORDERS], workers=4)
    return {cart.name: order for cart, order in zip(ORDERS, orders, strict=True)}


@pytest.mark.parametrize("cart", ORDERS, ids=lambda cart: cart.name)
def test_a_sample_cart_ends_as_its_file_says(ended: dict[str, Any], cart: Cart) -> None:
    assert carts.differences(cart, ended[cart.name]) == []


@pytest.mark.parametrize("cart", REFUSALS, ids=lambda cart: cart.name)
def test_a_sample_cart_is_refused_as_its_file_says(shop: DeployedShop, cart: Cart) -> None:
    answer = shop.customer().send(
        "POST",
        "/checkout",
        json=cart.request,
        headers={"Idempotency-Key": purchase.new_key()},
    )

    assert carts.expects_refusal(cart, answer.status_code, answer.json()["code"])


@pytest.mark.parametrize("cart", ORDERS, ids=lambda cart: cart.name)
def test_the_customer_gets_one_mail_about_the_end(
    shop: DeployedShop, ended: dict[str, Any], cart: Cart
) -> None:
    mails = mailbox.wait_for(shop.target, ended[cart.name]["orderId"])

    assert [mail.to for mail in mails] == [(cart.request["email"],)]


@pytest.mark.parametrize("cart", ORDERS, ids=lambda cart: cart.name)
def test_the_history_goes_from_pending_to_the_end_and_not_back(
    ended: dict[str, Any], cart: Cart
) -> None:
    order = ended[cart.name]

    assert [change["status"] for change in order["history"]] == ["PENDING", order["status"]]


@pytest.mark.parametrize("cart", ORDERS, ids=lambda cart: cart.name)
def test_only_a_confirmed_order_keeps_the_customers_money(
    ended: dict[str, Any], cart: Cart
) -> None:
    order = ended[cart.name]

    kept = _amount(order, "captured") - _amount(order, "refunded")
    assert kept == (order["total"]["amount"] if order["status"] == "CONFIRMED" else 0)


def _amount(order: dict[str, Any], name: str) -> int:
    return int(order["payment"].get(name, {"amount": 0})["amount"])


CONFIRMED = [cart for cart in ORDERS if cart.expect and cart.expect.status == "CONFIRMED"]


@pytest.mark.parametrize("cart", CONFIRMED, ids=lambda cart: cart.name)
def test_a_quote_says_what_the_checkout_charges(
    shop: DeployedShop, ended: dict[str, Any], cart: Cart
) -> None:
    address = cart.request["shippingAddress"]
    wanted = {
        name: cart.request[name] for name in ("items", "discountCodes") if name in cart.request
    }
    place = {name: address[name] for name in ("country", "region") if name in address}

    quote = shop.stranger().quote({**wanted, **place})

    sums = ("lines", "subtotal", "discount", "shipping", "tax", "total")
    assert {s: quote[s] for s in sums} == {s: ended[cart.name][s] for s in sums}

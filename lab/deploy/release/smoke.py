"""Smoke tests of a deployed shop: the first requests of a customer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop import carts, payment, purchase
from lab.shop.shop_client import ApiError, CheckoutApi

ANONYMOUS = "smoke-test-without-a-token"


@dataclass(frozen=True)
class Check:
    """The name of a check, whether it passed, and its result."""

    name: str
    passed: bool
    detail: str


def smoke(target: Target, order: bool = False) -> Iterator[Check]:
    """Yields the result of each check.

    Nothing is written, unless `order` is set: then a real order is placed, and its stock is sold.
    Raises LabError if the environment is not deployed.
    """
    api = CheckoutApi.of(target)
    yield _check("the API is healthy", lambda: _healthy(api))
    yield _check("the catalogue has products", lambda: _catalogue(api))
    yield _check("a cart is priced", lambda: _quote(api))
    yield _check("an order without a token is refused", lambda: _refused(api))
    yield _check("the shop has a payment gateway", lambda: _can_be_paid(target))
    if order:
        yield _check("an order is confirmed", lambda: _confirmed(target))


def _check(name: str, attempt: Callable[[], tuple[bool, str]]) -> Check:
    try:
        return Check(name, *attempt())
    except (LabError, httpx.HTTPError) as error:
        return Check(name, False, str(error))


def _healthy(api: CheckoutApi) -> tuple[bool, str]:
    return True, str(api.health())


def _catalogue(api: CheckoutApi) -> tuple[bool, str]:
    items = api.products(limit=1)["items"]
    return bool(items), items[0]["sku"] if items else "no product"


def _quote(api: CheckoutApi) -> tuple[bool, str]:
    sku = api.products(limit=1)["items"][0]["sku"]
    total: dict[str, Any] = api.quote({"items": [{"sku": sku, "quantity": 1}]})["total"]
    return total["amount"] > 0, f"{total['amount']} {total['currency']}"


def _refused(api: CheckoutApi) -> tuple[bool, str]:
    try:
        response = api.checkout(_cart(), ANONYMOUS)
    except ApiError as error:
        return error.status == httpx.codes.UNAUTHORIZED, str(error.status)
    return False, f"accepted as {response}"


def _can_be_paid(target: Target) -> tuple[bool, str]:
    gateway = payment.chosen(target)
    missing = "none: no order can be taken until payment_gateway is set in terraform.tfvars"
    return bool(gateway), gateway or missing


def _confirmed(target: Target) -> tuple[bool, str]:
    order = purchase.buy(target, _cart(), "smoke-test").order
    return order["status"] == "CONFIRMED", f"{order['orderId']} is {order['status']}"


def _cart() -> dict[str, Any]:
    return dict(carts.read(carts.CARTS / "01-first-order.json").request)

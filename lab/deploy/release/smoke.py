"""A few requests that tell whether a deployed shop is open: what a customer does first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from lab.core.errors import LabError
from lab.core.target import Target
from lab.shop import carts, payment, purchase
from lab.shop.shop_client import ApiError, CheckoutApi

NOBODYS = "smoke-test-without-a-token"


@dataclass(frozen=True)
class Finding:
    """What was tried, whether it went as it should, and what was seen."""

    what: str
    good: bool
    seen: str


def smoke(target: Target, order: bool = False) -> Iterator[Finding]:
    """Tries the shop, one finding after the other.

    Nothing is written, unless with `order` a real order is placed: its stock is sold. Raises
    LabError if the environment is not deployed.
    """
    api = CheckoutApi.of(target)
    yield _tried("the API is healthy", lambda: _healthy(api))
    yield _tried("the catalogue has products", lambda: _catalogue(api))
    yield _tried("a cart is priced", lambda: _quote(api))
    yield _tried("an order without a token is refused", lambda: _refused(api))
    yield _tried("the shop has a payment gateway", lambda: _can_be_paid(target))
    if order:
        yield _tried("an order is confirmed", lambda: _confirmed(target))


def _tried(what: str, attempt: Callable[[], tuple[bool, str]]) -> Finding:
    try:
        return Finding(what, *attempt())
    except (LabError, httpx.HTTPError) as error:
        return Finding(what, False, str(error))


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
        answer = api.checkout(_cart(), NOBODYS)
    except ApiError as error:
        return error.status == httpx.codes.UNAUTHORIZED, str(error.status)
    return False, f"accepted as {answer}"


def _can_be_paid(target: Target) -> tuple[bool, str]:
    gateway = payment.chosen(target)
    missing = "none: no order can be taken until payment_gateway is set in terraform.tfvars"
    return bool(gateway), gateway or missing


def _confirmed(target: Target) -> tuple[bool, str]:
    ended = purchase.buy(target, _cart(), "smoke-test").order
    return ended["status"] == "CONFIRMED", f"{ended['orderId']} is {ended['status']}"


def _cart() -> dict[str, Any]:
    return dict(carts.read(carts.CARTS / "01-first-order.json").request)

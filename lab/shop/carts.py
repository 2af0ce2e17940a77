"""Reads a cart from a file: a sample cart of `seed/carts`, or a bare request body."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.core import paths
from lab.core.errors import LabError

CARTS = paths.SEED / "carts"
SHAPE = 'A cart is {"items": [{"sku": "…", "quantity": 1}], …}, or {"request": …, "expect": …}.'
USUAL = {
    "payment": {"token": "tok_visa"},
    "email": "ada@example.com",
    "shippingAddress": {
        "name": "Ada Byron",
        "line1": "12 Analytical Way",
        "city": "Portland",
        "region": "OR",
        "postalCode": "97201",
        "country": "US",
    },
}


@dataclass(frozen=True)
class Expectation:
    """What must become of a cart.

    `http` is 202 where an order is made; then `status` is its end status, `rejection` the code of
    a rejected one, `total` what a confirmed one costs. Otherwise `code` is the problem's code.
    """

    http: int = 202
    status: str | None = None
    rejection: str | None = None
    total: Mapping[str, Any] | None = None
    code: str | None = None


@dataclass(frozen=True)
class Cart:
    """A body for POST /checkout, and what its file promises of it (nothing in a bare body)."""

    name: str
    description: str
    request: Mapping[str, Any]
    expect: Expectation | None = None


def read(path: Path) -> Cart:
    """The cart in a file. A bare body may leave out payment, address and mail: they are filled in.

    Raises LabError (code 2) for a file that cannot be read, is not JSON or is not a cart.
    """
    content = _parse(path)
    body = content.get("request", content) if isinstance(content, dict) else content
    if not isinstance(body, dict) or not isinstance(body.get("items"), list):
        raise LabError(f"{path} is not a cart: it has no list of items.", SHAPE, code=2)
    if "request" not in content:
        return Cart(path.stem, "", {**USUAL, **body})
    return Cart(path.stem, str(content.get("description", "")), body, _expectation(path, content))


def _expectation(path: Path, content: Mapping[str, Any]) -> Expectation | None:
    try:
        return Expectation(**content["expect"]) if "expect" in content else None
    except TypeError as error:
        raise LabError(f"{path} does not say well what to expect: {error}.", SHAPE, 2) from None


def _parse(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LabError(f"There is no file {path}.", f"Sample carts are in {CARTS}.", 2) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise LabError(f"{path} is not JSON: {error.msg} at {where}.", SHAPE, 2) from None
    except (OSError, UnicodeDecodeError) as error:
        raise LabError(f"{path} cannot be read: {error}.", SHAPE, 2) from None


def samples() -> list[Cart]:
    """Every sample cart of `seed/carts`, by name."""
    return [read(path) for path in sorted(CARTS.glob("*.json"))]


def sample(status: str, rejection: str | None = None) -> Cart:
    """The first sample cart that promises this outcome."""
    for cart in samples():
        if cart.expect and (cart.expect.status, cart.expect.rejection) == (status, rejection):
            return cart
    raise LabError(f"No sample cart in {CARTS} promises {status} {rejection or ''}".rstrip() + ".")


def promises_refusal(cart: Cart, http: int, code: str) -> bool:
    """Whether the file says that the API refuses this cart in just this way."""
    promised = cart.expect
    return promised is not None and promised.http == http and promised.code in (None, code)


def broken_promises(cart: Cart, order: Mapping[str, Any]) -> list[str]:
    """What an order that has ended has otherwise than the cart's file promises.

    A file that promises nothing wants its order confirmed.
    """
    promised = cart.expect or Expectation(status="CONFIRMED")
    pairs = (
        ("status", promised.status, order.get("status")),
        ("rejection", promised.rejection, (order.get("rejection") or {}).get("code")),
        ("total", promised.total or order.get("total"), order.get("total")),
    )
    return [
        f"{name} is {is_ or 'none'}, not {should or 'none'}"
        for name, should, is_ in pairs
        if is_ != should
    ]

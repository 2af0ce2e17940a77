"""Reads carts from files: sample carts of `seed/carts`, or plain request bodies."""

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
DEFAULTS = {
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
    """The expected result of a cart.

    `http` is the status code of the response. With 202, `status` is the final status of the order,
    `rejection` the code of a rejected order and `total` what a confirmed one costs. With any other,
    `code` is the code of the problem.
    """

    http: int = 202
    status: str | None = None
    rejection: str | None = None
    total: Mapping[str, Any] | None = None
    code: str | None = None


@dataclass(frozen=True)
class Cart:
    """A body for POST /checkout, and the expected result (None for a plain request body)."""

    name: str
    description: str
    request: Mapping[str, Any]
    expect: Expectation | None = None


def read(path: Path) -> Cart:
    """The cart in a file. `DEFAULTS` fills in what a plain request body leaves out.

    Raises LabError (code 2) if the file cannot be read, is not JSON or is not a cart.
    """
    content = _parse(path)
    body = content.get("request", content) if isinstance(content, dict) else content
    if not isinstance(body, dict) or not isinstance(body.get("items"), list):
        raise LabError(f"{path} is not a cart: it has no list of items.", SHAPE, code=2)
    if "request" not in content:
        return Cart(path.stem, "", {**DEFAULTS, **body})
    return Cart(path.stem, str(content.get("description", "")), body, _expectation(path, content))


def _expectation(path: Path, content: Mapping[str, Any]) -> Expectation | None:
    try:
        return Expectation(**content["expect"]) if "expect" in content else None
    except TypeError as error:
        raise LabError(f"The key expect of {path} is wrong: {error}.", SHAPE, 2) from None


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
    """The first sample cart with this expected result. Raises LabError if there is none."""
    for cart in samples():
        if cart.expect and (cart.expect.status, cart.expect.rejection) == (status, rejection):
            return cart
    raise LabError(f"No sample cart in {CARTS} expects {status} {rejection or ''}".rstrip() + ".")


def expects_refusal(cart: Cart, http: int, code: str) -> bool:
    """Whether the API is expected to refuse the cart with this status and problem code."""
    expected = cart.expect
    return expected is not None and expected.http == http and expected.code in (None, code)


def differences(cart: Cart, order: Mapping[str, Any]) -> list[str]:
    """The differences between an order and the expected result of its cart, as messages.

    Without an expected result, the order must be confirmed.
    """
    expected = cart.expect or Expectation(status="CONFIRMED")
    pairs = (
        ("status", expected.status, order.get("status")),
        ("rejection", expected.rejection, (order.get("rejection") or {}).get("code")),
        ("total", expected.total or order.get("total"), order.get("total")),
    )
    return [
        f"{name} is {actual or 'none'}, not {wanted or 'none'}"
        for name, wanted, actual in pairs
        if actual != wanted
    ]

"""Clean books of any size, made item by item, for measuring what an audit of them takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from checkout.domain.money import Money
from checkout.domain.payment import Charge, charge_key
from lab.operate.audit import Books

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PLACED = (NOW - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
ENDED = (NOW - timedelta(minutes=59)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
SKUS = 50
PAID = Money(2700, "USD")
Items = Iterator[dict[str, Any]]


def books(count: int) -> Books:
    """`count` confirmed orders of two lines each, of half as many customers, one code for all."""
    return Books(
        inventory=_inventory(count),
        promotions=_promotions(count),
        reservations=(_reservation(n) for n in range(count)),
        payments=(item for n in range(count) for item in _payments(n)),
        idempotency=({"key": f"cus_{n // 2}#key-{n}", "orderId": _id(n)} for n in range(count)),
        orders=(_order(n) for n in range(count)),
        mails=(_id(n) for n in range(count)),
        charges=(Charge(charge_key(_id(n)), captured=PAID) for n in range(count)),
    )


def _id(n: int) -> str:
    return f"ord_{n * 2654435761 % 2**32:032x}"  # scattered, as they are when they are random


def _lines(n: int) -> list[dict[str, Any]]:
    return [{"sku": f"S{(n + k) % SKUS}", "quantity": 1 + k, "unitPrice": 900} for k in range(2)]


def _inventory(count: int) -> Items:
    sold = dict.fromkeys((f"S{n}" for n in range(SKUS)), 0)
    for n in range(count):
        for line in _lines(n):
            sold[line["sku"]] += line["quantity"]
    return ({"sku": sku, "initial": 9 + out, "available": 9} for sku, out in sold.items())


def _promotions(count: int) -> Items:
    yield {"code": "TEN", "scope": "PROMOTION", "redemptions": count}
    for n in range(0, count, 2):
        scope = f"CUSTOMER#cus_{n // 2}"
        yield {"code": "TEN", "scope": scope, "redemptions": min(2, count - n)}


def _reservation(n: int) -> dict[str, Any]:
    return {
        "orderId": _id(n),
        "customerId": f"cus_{n // 2}",
        "status": "COMMITTED",
        "lines": _lines(n),
        "promotions": ["TEN"],
        "expiresAt": int(NOW.timestamp()),
    }


def _payments(n: int) -> Items:
    money = {"amount": PAID.amount, "currency": PAID.currency}
    for kind in ("AUTHORISED", "CAPTURED"):
        yield {"paymentId": f"order#{_id(n)}", "entry": kind, **money}


def _order(n: int) -> dict[str, Any]:
    return {
        "orderId": _id(n),
        "customerId": f"cus_{n // 2}",
        "idempotencyKey": f"key-{n}",
        "status": "CONFIRMED",
        "history": [{"status": "PENDING", "at": PLACED}, {"status": "CONFIRMED", "at": ENDED}],
        "createdAt": PLACED,
        "lines": _lines(n),
        "total": 2700,
        "currency": "USD",
        "eventAt": ENDED,
        "mailAt": ENDED,
        "mailMessageId": f"mail-{n}",
    }

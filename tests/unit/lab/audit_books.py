"""The books of a small shop, as rows of its tables, and what an audit says to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from checkout.adapters.payments import SimulatedGateway
from lab.operate import audit
from lab.operate.audit import AuditReport, Books

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
Data = dict[str, list[dict[str, Any]]]


def ago(seconds: float) -> str:
    return (NOW - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def an_order(name: str, status: str, age_s: float = 3600, **more: Any) -> dict[str, Any]:
    """An order of two mugs at 18.00 and 5.99 of shipping; one that has ended has told everybody."""
    ended = status != "PENDING"
    history = [{"status": "PENDING", "at": ago(age_s)}]
    history += [{"status": status, "at": ago(age_s - 2)}] if ended else []
    told = {"eventAt": ago(age_s - 2), "mailAt": ago(age_s - 3), "mailMessageId": f"mail-{name}"}
    return {
        "orderId": f"ord_{name}",
        "customerId": "ada",
        "idempotencyKey": f"key-{name}",
        "status": status,
        "history": history,
        "createdAt": ago(age_s),
        "items": [{"sku": "MUG", "quantity": 1}, {"sku": "MUG", "quantity": 1}],
        "lines": [{"sku": "MUG", "quantity": 2, "unitPrice": 1800}],
        "total": 4199,
        "currency": "USD",
        **(told if ended else {}),
        **more,
    }


def a_reservation(name: str, status: str, codes: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "orderId": f"ord_{name}",
        "customerId": "ada",
        "status": status,
        "lines": [{"sku": "MUG", "quantity": 2}],
        "promotions": list(codes),
        "expiresAt": int((NOW + timedelta(minutes=10)).timestamp()),
    }


def an_entry(name: str, kind: str, amount: int = 4199) -> dict[str, Any]:
    return {
        "paymentId": f"order#ord_{name}",
        "entry": kind,
        "amount": amount,
        "currency": "USD",
        "key": f"ord_{name}:charge",
    }


def a_charge(name: str, status: str, amount: int = 4199) -> dict[str, Any]:
    return {
        "paymentId": f"gateway#ord_{name}:charge",
        "entry": "CHARGE",
        "status": status,
        "amount": amount,
        "currency": "USD",
    }


def a_key(name: str) -> dict[str, Any]:
    return {"key": f"ada#key-{name}", "orderId": f"ord_{name}"}


def clean_books() -> Data:
    """A confirmed order, one that failed after paying, one that was declined, one under way."""
    return {
        "inventory": [
            {"sku": "MUG", "initial": 100, "available": 96},
            {"sku": "POT", "initial": 5, "available": 5},
            {"sku": "HOT", "initial": 9, "available": 4, "shards": 2},
            {"sku": "HOT#1", "available": 5, "shards": 2},
        ],
        "promotions": [
            {"code": "LUCKY", "scope": "PROMOTION", "redemptions": 2, "redemptionLimit": 2},
            {"code": "ONCE", "scope": "PROMOTION", "redemptions": 1, "perCustomerLimit": 1},
            {"code": "LUCKY", "scope": "CUSTOMER#ada", "redemptions": 2},
            {"code": "ONCE", "scope": "CUSTOMER#ada", "redemptions": 1},
        ],
        "reservations": [
            a_reservation("sold", "COMMITTED", ("LUCKY", "ONCE")),
            a_reservation("failed", "RELEASED", ("LUCKY",)),
            a_reservation("declined", "RELEASED"),
            a_reservation("open", "HELD", ("LUCKY",)),
        ],
        "payments": [
            an_entry("sold", "AUTHORISED"),
            an_entry("sold", "CAPTURED"),
            a_charge("sold", "CAPTURED"),
            an_entry("failed", "CAPTURED"),
            an_entry("failed", "REFUNDED"),
            a_charge("failed", "REVERSED"),
            an_entry("declined", "DECLINED"),
            a_charge("declined", "DECLINED"),
            an_entry("open", "CAPTURED"),
            a_charge("open", "CAPTURED"),
        ],
        "idempotency": [a_key("sold"), a_key("failed"), a_key("declined"), a_key("open")],
        "orders": [
            an_order("sold", "CONFIRMED"),
            an_order("failed", "FAILED"),
            an_order("declined", "REJECTED"),
            an_order("open", "PENDING", age_s=5),
        ],
    }


def row(data: Data, table: str, **wanted: Any) -> dict[str, Any]:
    return next(item for item in data[table] if wanted.items() <= item.items())


def order(data: Data, name: str) -> dict[str, Any]:
    return row(data, "orders", orderId=f"ord_{name}")


class Rows:
    """The payments table, as far as the simulated gateway's books need it."""

    def __init__(self, items: list[dict[str, Any]]) -> None:
        self.items = items

    def scan(self, prefix: dict[str, str]) -> Iterator[dict[str, Any]]:
        ((name, begin),) = prefix.items()
        return (item for item in self.items if item[name].startswith(begin))


def audited(data: Data, **settings: float) -> AuditReport:
    gateway = SimulatedGateway(Rows(data["payments"]), timeout_s=0)  # type: ignore[arg-type]
    books = Books(**data, charges=gateway.charges())  # type: ignore[arg-type]
    return audit.audit(books, NOW, **settings)


def said(report: AuditReport) -> list[str]:
    return [f"{f.number}: {broken}" for f in report.findings for broken in f.broken]

"""A bank, and a connection to it that loses messages: the cause of double charges."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any, Protocol

from checkout.adapters.dynamodb import Table, decode
from checkout.adapters.payments import DynamoLedger, SimulatedGateway
from checkout.domain.errors import GatewayTimeout
from checkout.domain.money import Money
from checkout.domain.payment import EntryKind, LedgerEntry, charge_key
from lab.lessons import scratch
from lab.lessons.lesson import Lesson

WAIT_S = 0.05
TRIES = 5
VISA = "tok_visa"
PRICE = Money(4800, "USD")


Pay = Callable[["Line", str, Money], object]
"""A step that pays for an order: the line, the order's id, the amount."""


class Gateway(Protocol):
    """The gateway at the end of a line."""

    def authorise(self, key: str, amount: Money, token: str) -> None:
        """Authorises the amount."""
        ...

    def capture(self, key: str) -> None:
        """Captures the authorised amount."""
        ...


@dataclass
class Line:
    """A connection to a gateway. It loses the first requests, then the first responses."""

    gateway: Gateway
    lost_requests: int = 0
    lost_answers: int = 0

    def charge(self, key: str, amount: Money) -> None:
        """Charges the amount under a key. Raises GatewayTimeout if a message is lost."""
        if self.lost_requests:
            self.lost_requests -= 1
            raise GatewayTimeout("No answer")
        self.gateway.authorise(key, amount, VISA)
        self.gateway.capture(key)
        if self.lost_answers:
            self.lost_answers -= 1
            raise GatewayTimeout("No answer")


@dataclass(frozen=True)
class Bank:
    """The simulated gateway with its own table, which the audit does not read."""

    table: Table

    @property
    def gateway(self) -> SimulatedGateway:
        """The gateway, with short timeouts."""
        return SimulatedGateway(self.table, WAIT_S)

    def line(self, lost_requests: int = 0, lost_answers: int = 0) -> Line:
        """A line to the bank that loses these numbers of messages before it works."""
        return Line(self.gateway, lost_requests, lost_answers)

    def books(self) -> list[dict[str, Any]]:
        """Every charge: its key, status and amount in cents."""
        items = self.table.client.scan(TableName=self.table.name, ConsistentRead=True)["Items"]
        return [_row(decode(item)) for item in items]

    def charges(self, status: str = "CAPTURED") -> list[dict[str, Any]]:
        """The charges with this status."""
        return [row for row in self.books() if row["status"] == status]

    def taken(self) -> Money:
        """The total of the captured charges."""
        return Money(sum(row["amount"] for row in self.charges()), "USD")


def new_bank(lesson: Lesson) -> Bank:
    """A bank with an empty table, which is deleted after the lesson."""
    return Bank(Table(lesson.client("dynamodb"), scratch.table_like(lesson, "payments").name))


def _row(charge: dict[str, Any]) -> dict[str, Any]:
    key = str(charge["paymentId"]).removeprefix("gateway#")
    return {"key": key, "status": charge["status"], "amount": charge.get("amount", 0)}


def pay_once(line: Line, amount: Money) -> str:
    """Charges once, without retries. Returns what the shop assumes."""
    try:
        line.charge(uuid.uuid4().hex, amount)
    except GatewayTimeout:
        return "not paid"
    return "paid"


def pay_until_answered(line: Line, amount: Money) -> str:
    """Charges until there is a response, each time with a new key."""
    for _ in range(TRIES):
        try:
            line.charge(uuid.uuid4().hex, amount)
        except GatewayTimeout:
            continue
        return "paid"
    return "not paid"


def tried(
    lesson: Lesson,
    pay: Pay,
    *,
    orders: int = 1,
    runs: int = 1,
    lost_requests: int = 0,
    lost_answers: int = 0,
) -> tuple[object, int]:
    """The result of `pay`, and the number of charges that a new bank has then.

    Runs the step of every order `runs` times; the line loses messages in each run.
    """
    bank = new_bank(lesson)
    for number in range(orders):
        for _ in range(runs):
            line = bank.line(lost_requests, lost_answers)
            result = _result(pay, line, f"ord_{number}")
    return result, len(bank.charges())


def _result(pay: Pay, line: Line, order_id: str) -> object:
    try:
        return pay(line, order_id, PRICE)
    except GatewayTimeout as error:
        return type(error).__name__


def ledger(lesson: Lesson, order_id: str) -> list[LedgerEntry]:
    """The shop's ledger entries of an order, oldest first."""
    table = Table(lesson.client("dynamodb"), lesson.target.table("payments"))
    return sorted(DynamoLedger(table).entries(order_id), key=lambda entry: entry.at)


SIGNS = {EntryKind.CAPTURED: 1, EntryKind.REFUNDED: -1}


def kept_after_each(entries: Sequence[LedgerEntry]) -> dict[str, int]:
    """The balance after each entry in cents, oldest first."""
    moved = accumulate(SIGNS.get(entry.kind, 0) * entry.amount.amount for entry in entries)
    return {f"after {e.kind}": cents for e, cents in zip(entries, moved, strict=True)}


def sample_ledgers(cents: int) -> dict[str, list[LedgerEntry]]:
    """Ledgers of orders with every possible end, by description."""
    histories = {
        "nothing was tried": (),
        "the card was declined": ("DECLINED",),
        "the money is only set aside": ("AUTHORISED",),
        "the money was set aside, then let go": ("AUTHORISED", "VOIDED"),
        "the order was paid": ("AUTHORISED", "CAPTURED"),
        "the order was paid and refunded": ("AUTHORISED", "CAPTURED", "REFUNDED"),
    }
    return {description: _entries(kinds, cents) for description, kinds in histories.items()}


def _entries(kinds: Sequence[str], cents: int) -> list[LedgerEntry]:
    start, key = datetime(2026, 1, 1, tzinfo=UTC), charge_key("ord_sample")
    return [
        LedgerEntry(
            "ord_sample", EntryKind(kind), Money(cents, "USD"), key, start + timedelta(seconds=n)
        )
        for n, kind in enumerate(kinds)
    ]

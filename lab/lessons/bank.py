"""A bank, and a line to it that loses words: where double charges come from."""

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
    """What a line leads to."""

    def authorise(self, key: str, amount: Money, token: str) -> None:
        """Sets the money aside."""
        ...

    def capture(self, key: str) -> None:
        """Takes it."""
        ...


@dataclass
class Line:
    """The way to a gateway and back. It loses the first requests, then the first answers."""

    gateway: Gateway
    lost_requests: int = 0
    lost_answers: int = 0

    def charge(self, key: str, amount: Money) -> None:
        """Takes the money under a key. Raises GatewayTimeout if a word got lost on the way."""
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
    """The project's simulated gateway, on books of its own that the shop's audit never sees."""

    table: Table

    @property
    def gateway(self) -> SimulatedGateway:
        """The gateway itself; its own time-outs are short."""
        return SimulatedGateway(self.table, WAIT_S)

    def line(self, lost_requests: int = 0, lost_answers: int = 0) -> Line:
        """A line to the bank that loses so many words before it works."""
        return Line(self.gateway, lost_requests, lost_answers)

    def books(self) -> list[dict[str, Any]]:
        """Every charge: its key, status and amount in cents."""
        items = self.table.client.scan(TableName=self.table.name, ConsistentRead=True)["Items"]
        return [_row(decode(item)) for item in items]

    def charges(self, status: str = "CAPTURED") -> list[dict[str, Any]]:
        """The charges that stand so."""
        return [row for row in self.books() if row["status"] == status]

    def taken(self) -> Money:
        """What customers have paid."""
        return Money(sum(row["amount"] for row in self.charges()), "USD")


def new_bank(lesson: Lesson) -> Bank:
    """A bank with empty books, on a table that goes away with the lesson."""
    return Bank(Table(lesson.client("dynamodb"), scratch.table_like(lesson, "payments").name))


def _row(charge: dict[str, Any]) -> dict[str, Any]:
    key = str(charge["paymentId"]).removeprefix("gateway#")
    return {"key": key, "status": charge["status"], "amount": charge.get("amount", 0)}


def pay_once(line: Line, amount: Money) -> str:
    """Asks once and never again. Gives what the shop believes."""
    try:
        line.charge(uuid.uuid4().hex, amount)
    except GatewayTimeout:
        return "not paid"
    return "paid"


def pay_until_answered(line: Line, amount: Money) -> str:
    """Asks until there is an answer, each time as if it were the first."""
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
    """What `pay` gave in the end, and how many charges a new bank then has.

    Every order's step is run `runs` times; the line loses words in each run.
    """
    theirs = new_bank(lesson)
    for number in range(orders):
        for _ in range(runs):
            line = theirs.line(lost_requests, lost_answers)
            answer = _asked(pay, line, f"ord_{number}")
    return answer, len(theirs.charges())


def _asked(pay: Pay, line: Line, order_id: str) -> object:
    try:
        return pay(line, order_id, PRICE)
    except GatewayTimeout as error:
        return type(error).__name__


def ledger(lesson: Lesson, order_id: str) -> list[LedgerEntry]:
    """What the shop's own books say about an order's money, oldest first."""
    table = Table(lesson.client("dynamodb"), lesson.target.table("payments"))
    return sorted(DynamoLedger(table).entries(order_id), key=lambda entry: entry.at)


SIGNS = {EntryKind.CAPTURED: 1, EntryKind.REFUNDED: -1}


def kept_after_each(entries: Sequence[LedgerEntry]) -> dict[str, int]:
    """What the shop has after each entry, in cents, oldest first."""
    moved = accumulate(SIGNS.get(entry.kind, 0) * entry.amount.amount for entry in entries)
    return {f"after {e.kind}": cents for e, cents in zip(entries, moved, strict=True)}


def sample_ledgers(cents: int) -> dict[str, list[LedgerEntry]]:
    """Ledgers of orders that ended in every way there is, by what became of them."""
    lives = {
        "nothing was tried": (),
        "the card was declined": ("DECLINED",),
        "the money is only set aside": ("AUTHORISED",),
        "the money was set aside, then let go": ("AUTHORISED", "VOIDED"),
        "the order was paid": ("AUTHORISED", "CAPTURED"),
        "the order was paid and refunded": ("AUTHORISED", "CAPTURED", "REFUNDED"),
    }
    return {told: _entries(kinds, cents) for told, kinds in lives.items()}


def _entries(kinds: Sequence[str], cents: int) -> list[LedgerEntry]:
    start, key = datetime(2026, 1, 1, tzinfo=UTC), charge_key("ord_sample")
    return [
        LedgerEntry(
            "ord_sample", EntryKind(kind), Money(cents, "USD"), key, start + timedelta(seconds=n)
        )
        for n, kind in enumerate(kinds)
    ]

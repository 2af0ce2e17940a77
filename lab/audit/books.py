"""The stored data as an audit needs it: one small record for each item, never the whole item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

Item = Mapping[str, Any]
Lines = tuple[tuple[str, int], ...]

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for a time that is missing or unreadable: old enough that nothing is excused by it."""


@dataclass(frozen=True)
class Books:
    """The items of the tables, in the order in which they are read.

    Orders come last: whatever refers to an order that was read before then finds it. `mails` has
    the order id of every mail that was sent, None where nobody can know.
    """

    inventory: Iterable[Item]
    promotions: Iterable[Item]
    reservations: Iterable[Item]
    payments: Iterable[Item]
    idempotency: Iterable[Item]
    orders: Iterable[Item]
    mails: Iterable[str] | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """A product's stock."""

    sku: str
    initial: int
    available: int


@dataclass(frozen=True, slots=True)
class Hold:
    """A reservation."""

    order_id: str
    customer: str
    status: str
    lines: Lines
    promotions: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """What the ledger says of an order: sums in minor units."""

    captured: int = 0
    refunded: int = 0
    currencies: frozenset[str] = frozenset()

    @property
    def net(self) -> int:
        """What the shop has kept."""
        return self.captured - self.refunded


@dataclass(frozen=True, slots=True)
class Charge:
    """What the gateway's own books say under one key."""

    status: str
    amount: int
    currency: str

    @property
    def net(self) -> int:
        """What the customer has paid."""
        return self.amount if self.status == "CAPTURED" else 0


@dataclass(frozen=True, slots=True)
class Placed:
    """An order. `ended` is when its last status began; `total` is None before it was priced."""

    order_id: str
    customer: str
    key: str
    statuses: tuple[str, ...]
    status: str
    created: datetime
    ended: datetime
    total: int | None
    currency: str
    lines: Lines
    event: bool
    mail: bool
    message_id: str


@dataclass(frozen=True, slots=True)
class Code:
    """A promotion's counter: of the whole code, or of one customer (then it has no limits)."""

    code: str
    customer: str
    redemptions: int
    limit: int | None
    per_customer: int | None


@dataclass(frozen=True, slots=True)
class Remembered:
    """An idempotency key, as `<customer>#<key>`, and the order it stands for."""

    key: str
    order_id: str


@dataclass(frozen=True)
class Records:
    """Everything that the guarantees speak of, by its key."""

    shelves: Mapping[str, Shelf]
    codes: tuple[Code, ...]
    holds: Mapping[str, Hold]
    accounts: Mapping[str, Account]
    charges: Mapping[str, Charge]
    keys: tuple[Remembered, ...]
    orders: Mapping[str, Placed]
    mails: Counter[str]


def digest(books: Books) -> Records:
    """Reads the books once, from the first table to the last."""
    shelves = {shelf.sku: shelf for shelf in map(_shelf, books.inventory)}
    codes = tuple(map(_code, books.promotions))
    holds = {hold.order_id: hold for hold in map(_hold, books.reservations)}
    accounts, charges = _payments(books.payments)
    keys = tuple(Remembered(i["key"], i.get("orderId", "")) for i in books.idempotency)
    orders = {order.order_id: order for order in map(_placed, books.orders)}
    mails = Counter(books.mails or ())
    return Records(shelves, codes, holds, accounts, charges, keys, orders, mails)


def _shelf(item: Item) -> Shelf:
    return Shelf(item["sku"], int(item.get("initial", 0)), int(item.get("available", -1)))


def _code(item: Item) -> Code:
    customer = str(item["scope"]).partition("CUSTOMER#")[2]
    return Code(
        item["code"],
        customer,
        int(item.get("redemptions", 0)),
        _number(item.get("redemptionLimit")),
        _number(item.get("perCustomerLimit")),
    )


def _hold(item: Item) -> Hold:
    return Hold(
        item["orderId"],
        item.get("customerId", ""),
        item.get("status", ""),
        _lines(item.get("lines", ())),
        tuple(item.get("promotions", ())),
        datetime.fromtimestamp(int(item.get("expiresAt", 0)), UTC),
    )


def _payments(items: Iterable[Item]) -> tuple[dict[str, Account], dict[str, Charge]]:
    accounts: dict[str, Account] = {}
    charges: dict[str, Charge] = {}
    for item in items:
        book, _, name = str(item["paymentId"]).partition("#")
        if book == "gateway":
            charges[name] = _charge(item)
        else:
            accounts[name] = _booked(accounts.get(name, Account()), item)
    return accounts, charges


def _charge(item: Item) -> Charge:
    amount = _number(item.get("amount")) or 0
    return Charge(item.get("status", ""), amount, item.get("currency", ""))


def _booked(account: Account, entry: Item) -> Account:
    """The account with one more ledger entry; only entries that move money count."""
    amount, kind = int(entry.get("amount", 0)), entry["entry"]
    if kind not in {"CAPTURED", "REFUNDED"}:
        return account
    known = replace(account, currencies=account.currencies | {entry.get("currency", "")})
    if kind == "CAPTURED":
        return replace(known, captured=known.captured + amount)
    return replace(known, refunded=known.refunded + amount)


def _placed(item: Item) -> Placed:
    history: Sequence[Item] = item.get("history") or ({},)
    return Placed(
        order_id=item["orderId"],
        customer=item.get("customerId", ""),
        key=item.get("idempotencyKey", ""),
        statuses=tuple(change.get("status", "") for change in history),
        status=item.get("status", ""),
        created=_moment(item.get("createdAt")),
        ended=_moment(history[-1].get("at")),
        total=_number(item.get("total")),
        currency=item.get("currency", ""),
        lines=_lines(item.get("lines") or item.get("items", ())),
        event="eventAt" in item,
        mail="mailAt" in item,
        message_id=item.get("mailMessageId", ""),
    )


def _lines(items: Iterable[Item]) -> Lines:
    """SKU and pieces, one for each SKU, in order: so that equal carts are equal."""
    pieces: Counter[str] = Counter()
    for item in items:
        pieces[item["sku"]] += int(item["quantity"])
    return tuple(sorted(pieces.items()))


def _number(value: Any) -> int | None:
    return None if value is None else int(value)


def _moment(text: Any) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return NEVER
    return at if at.tzinfo else at.replace(tzinfo=UTC)

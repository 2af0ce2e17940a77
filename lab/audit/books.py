"""The stored data as an audit needs it: one small row for each item, never the whole item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from checkout.domain import payment
from checkout.domain.money import Money
from checkout.domain.payment import charge_key

Item = Mapping[str, Any]
Lines = tuple[tuple[str, int], ...]

NEVER = 0.0
"""Stands for a time that is missing or unreadable: old enough that nothing is excused by it."""


@dataclass(frozen=True)
class Books:
    """The items of the tables, in the order in which they are read, each read once.

    Orders come last: whatever refers to an order that was read before then finds it. `mails` has
    the order id of every mail that was sent, and `charges` what the payment provider has in its
    own books; each is None where nobody can know, and `ledger_only` says why of the charges.
    """

    inventory: Iterable[Item]
    promotions: Iterable[Item]
    reservations: Iterable[Item]
    payments: Iterable[Item]
    idempotency: Iterable[Item]
    orders: Iterable[Item]
    mails: Iterable[str] | None = None
    charges: Iterable[payment.Charge] | None = None
    ledger_only: str = ""


class Shard(NamedTuple):
    """A counter of a product's stock; only the first of a product says what was delivered."""

    key: str
    sku: str
    initial: int
    available: int


class Hold(NamedTuple):
    """A reservation. `expires` in seconds since 1970; `lines` in words."""

    order_id: str
    status: str
    lines: str
    expires: float


class Entry(NamedTuple):
    """A line of the ledger, in minor units."""

    order_id: str
    kind: str
    amount: int
    currency: str


class Charge(NamedTuple):
    """What the provider's own books say under one key, in minor units: what it kept and holds."""

    key: str
    kept: int
    held: int
    currency: str


class Placed(NamedTuple):
    """An order. `ended` is when its last status began; `total` is None before it was priced.

    Times are seconds since 1970. `life` is its statuses, `lines` what was sold, both in words.
    """

    order_id: str
    customer: str
    key: str
    charge_key: str
    status: str
    life: str
    created: float
    ended: float
    total: int | None
    currency: str
    lines: str
    event: bool
    mail: bool
    message_id: str


class Code(NamedTuple):
    """A promotion's counter: of the whole code, or of one customer (then it has no limits)."""

    code: str
    customer: str
    redemptions: int
    most: int | None
    per_customer: int | None


class Remembered(NamedTuple):
    """An idempotency key, as `<customer>#<key>`, and the order it stands for."""

    key: str
    order_id: str


def shard(item: Item) -> Shard:
    """A counter of stock from its item."""
    sku = str(item["sku"]).partition("#")[0]
    return Shard(item["sku"], sku, int(item.get("initial", 0)), int(item.get("available", -1)))


def code(item: Item) -> Code:
    """A counter of redemptions from its item."""
    return Code(
        item["code"],
        str(item["scope"]).partition("CUSTOMER#")[2],
        int(item.get("redemptions", 0)),
        _number(item.get("redemptionLimit")),
        _number(item.get("perCustomerLimit")),
    )


def hold(item: Item) -> Hold:
    """A reservation from its item."""
    lines = in_words(pieces(item))
    return Hold(item["orderId"], item.get("status", ""), lines, float(item.get("expiresAt", 0)))


def entry(item: Item) -> Entry | None:
    """A line of the ledger; None for what else somebody keeps in its table."""
    book, _, name = str(item["paymentId"]).partition("#")
    if book != "order":
        return None
    amount, currency = _number(item.get("amount")) or 0, item.get("currency", "")
    return Entry(name, item["entry"], amount, currency)


def charge(told: payment.Charge) -> Charge:
    """A charge as the provider tells it."""
    amounts = (told.captured, told.refunded, told.authorised)
    captured, refunded, authorised = map(_amount, amounts)
    currencies = sorted({amount.currency for amount in amounts if amount})
    return Charge(told.key, captured - refunded, authorised, ", ".join(currencies))


def _amount(money: Money | None) -> int:
    return money.amount if money else 0


def placed(item: Item) -> Placed:
    """An order from its item."""
    history: Sequence[Item] = item.get("history") or ({},)
    return Placed(
        order_id=item["orderId"],
        customer=item.get("customerId", ""),
        key=item.get("idempotencyKey", ""),
        charge_key=charge_key(item["orderId"]),
        status=item.get("status", ""),
        life=" → ".join(change.get("status", "") for change in history),
        created=_moment(item.get("createdAt")),
        ended=_moment(history[-1].get("at")),
        total=_number(item.get("total")),
        currency=item.get("currency", ""),
        lines=in_words(pieces(item)),
        event="eventAt" in item,
        mail="mailAt" in item,
        message_id=item.get("mailMessageId", ""),
    )


def remembered(item: Item) -> Remembered:
    """An idempotency key from its item."""
    return Remembered(item["key"], item.get("orderId", ""))


def pieces(item: Item) -> Lines:
    """SKU and pieces of an order or a reservation, one for each SKU, in order."""
    counted: Counter[str] = Counter()
    for line in item.get("lines") or item.get("items", ()):
        counted[line["sku"]] += int(line["quantity"])
    return tuple(sorted(counted.items()))


def in_words(lines: Lines) -> str:
    """Lines as they are told, and compared: equal carts have equal words."""
    return ", ".join(f"{quantity} of {sku}" for sku, quantity in lines) or "nothing"


def _number(value: Any) -> int | None:
    return None if value is None else int(value)


def _moment(text: Any) -> float:
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return NEVER
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()

"""The stored data as an audit needs it: one small row for each item, never the whole item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from checkout.adapters.redemptions import FIRST_ORDER
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

    `agreed` is what the customer agreed to pay, None for orders from before that was kept.

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
    agreed: int | None
    agreed_in: str
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
    initial, available = _number(item.get("initial", 0)), _number(item.get("available"))
    return Shard(item["sku"], sku, initial or 0, -1 if available is None else available)


def code(item: Item) -> Code:
    """A counter of redemptions from its item."""
    return Code(
        item["code"],
        str(item["scope"]).partition("CUSTOMER#")[2],
        _number(item.get("redemptions", 0)) or 0,
        _number(item.get("redemptionLimit")),
        _number(item.get("perCustomerLimit")),
    )


def hold(item: Item) -> Hold:
    """A reservation from its item."""
    lines = in_words(pieces(item))
    expires = float(_number(item.get("expiresAt")) or NEVER)
    return Hold(item["orderId"], item.get("status", ""), lines, expires)


def losses(item: Item) -> Iterator[tuple[str, str]]:
    """What of a reservation could not be given back, in words, each with its order."""
    return ((item["orderId"], str(what)) for what in item.get("notGivenBack", ()))


def redeemed(item: Item) -> Iterator[str]:
    """The codes that a reservation was counted for; `FIRST_ORDER` stands for a first order's."""
    promotions = item.get("promotions", ())
    yield from promotions if isinstance(promotions, list | tuple) else ()
    if item.get("firstOrder") is True:
        yield FIRST_ORDER


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
    agreed: Item = item.get("expectedTotal") or {}
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
        agreed=_number(agreed.get("amount")),
        agreed_in=agreed.get("currency", ""),
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
    """A whole number, None where there is none or nothing that can be read as one."""
    try:
        return int(value)
    except (TypeError, ValueError, ArithmeticError):
        return None


def _moment(text: Any) -> float:
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return NEVER
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()

"""The stored data of an audit: one small row for each item."""

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
"""Replaces a missing or invalid time: so old that every deadline has passed."""


@dataclass(frozen=True)
class Books:
    """The items of the tables, in the order in which they are read, each once.

    Orders are read last, so that every order that another item refers to is found. `mails` has the
    order id of every mail, `charges` the charges recorded by the payment provider. Both are None
    if unknown; `ledger_only` is the reason for unknown charges.
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
    """A shard of a product's stock; only the first shard has `initial`."""

    key: str
    sku: str
    initial: int
    available: int


class Reservation(NamedTuple):
    """A reservation. `expires` is in epoch seconds; `lines` is text."""

    order_id: str
    status: str
    lines: str
    expires: float


class Entry(NamedTuple):
    """An entry of the ledger, in minor units."""

    order_id: str
    kind: str
    amount: int
    currency: str


class Charge(NamedTuple):
    """A charge recorded by the provider, in minor units: net amount captured, and amount held."""

    key: str
    kept: int
    held: int
    currency: str


class Order(NamedTuple):
    """An order. `ended` is the time of its last status; `total` is None until it is priced.

    `agreed` is the total that the customer agreed to, None for orders from before it was stored.

    Times are epoch seconds. `life` (the history of statuses) and `lines` are text.
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


class PromotionCounter(NamedTuple):
    """A redemption counter: of a whole code, or of one customer (then without limits)."""

    promotion_counter: str
    customer: str
    redemptions: int
    most: int | None
    per_customer: int | None


class IdempotencyKey(NamedTuple):
    """An idempotency key, as `<customer>#<key>`, and its order."""

    key: str
    order_id: str


def shard(item: Item) -> Shard:
    """Converts an item of `inventory`."""
    sku = str(item["sku"]).partition("#")[0]
    initial, available = _number(item.get("initial", 0)), _number(item.get("available"))
    return Shard(item["sku"], sku, initial or 0, -1 if available is None else available)


def promotion_counter(item: Item) -> PromotionCounter:
    """Converts an item of `promotions`."""
    return PromotionCounter(
        item["code"],
        str(item["scope"]).partition("CUSTOMER#")[2],
        _number(item.get("redemptions", 0)) or 0,
        _number(item.get("redemptionLimit")),
        _number(item.get("perCustomerLimit")),
    )


def reservation(item: Item) -> Reservation:
    """Converts an item of `reservations`."""
    lines = lines_as_text(pieces(item))
    expires = float(_number(item.get("expiresAt")) or NEVER)
    return Reservation(item["orderId"], item.get("status", ""), lines, expires)


def losses(item: Item) -> Iterator[tuple[str, str]]:
    """Yields what a reservation could not give back, as (order id, text)."""
    return ((item["orderId"], str(what)) for what in item.get("notGivenBack", ()))


def redeemed(item: Item) -> Iterator[str]:
    """Yields the codes that a reservation redeemed, and `FIRST_ORDER` for a first order."""
    promotions = item.get("promotions", ())
    yield from promotions if isinstance(promotions, list | tuple) else ()
    if item.get("firstOrder") is True:
        yield FIRST_ORDER


def entry(item: Item) -> Entry | None:
    """Converts an item of `payments`; None if it is not an entry of the ledger."""
    book, _, name = str(item["paymentId"]).partition("#")
    if book != "order":
        return None
    amount, currency = _number(item.get("amount")) or 0, item.get("currency", "")
    return Entry(name, item["entry"], amount, currency)


def charge(provider_charge: payment.Charge) -> Charge:
    """Converts a charge recorded by the provider."""
    amounts = (provider_charge.captured, provider_charge.refunded, provider_charge.authorised)
    captured, refunded, authorised = map(_amount, amounts)
    currencies = sorted({amount.currency for amount in amounts if amount})
    return Charge(provider_charge.key, captured - refunded, authorised, ", ".join(currencies))


def _amount(money: Money | None) -> int:
    return money.amount if money else 0


def order(item: Item) -> Order:
    """Converts an item of `orders`."""
    history: Sequence[Item] = item.get("history") or ({},)
    agreed: Item = item.get("expectedTotal") or {}
    return Order(
        order_id=item["orderId"],
        customer=item.get("customerId", ""),
        key=item.get("idempotencyKey", ""),
        charge_key=charge_key(item["orderId"]),
        status=item.get("status", ""),
        life=" → ".join(change.get("status", "") for change in history),
        created=_epoch_seconds(item.get("createdAt")),
        ended=_epoch_seconds(history[-1].get("at")),
        total=_number(item.get("total")),
        currency=item.get("currency", ""),
        agreed=_number(agreed.get("amount")),
        agreed_in=agreed.get("currency", ""),
        lines=lines_as_text(pieces(item)),
        event="eventAt" in item,
        mail="mailAt" in item,
        message_id=item.get("mailMessageId", ""),
    )


def idempotency_key(item: Item) -> IdempotencyKey:
    """Converts an item of `idempotency`."""
    return IdempotencyKey(item["key"], item.get("orderId", ""))


def pieces(item: Item) -> Lines:
    """The pieces of an order or a reservation by SKU, sorted."""
    pieces_by_sku: Counter[str] = Counter()
    for line in item.get("lines") or item.get("items", ()):
        pieces_by_sku[line["sku"]] += int(line["quantity"])
    return tuple(sorted(pieces_by_sku.items()))


def lines_as_text(lines: Lines) -> str:
    """Lines as text, to print and to compare: equal carts give equal text."""
    return ", ".join(f"{quantity} of {sku}" for sku, quantity in lines) or "nothing"


def _number(value: Any) -> int | None:
    """An integer; None if the value is missing or not a number."""
    try:
        return int(value)
    except (TypeError, ValueError, ArithmeticError):
        return None


def _epoch_seconds(text: Any) -> float:
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return NEVER
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()

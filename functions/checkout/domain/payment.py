"""Payments: an append-only ledger. A refund is an entry, never a deletion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from checkout.domain.money import Money, total


class EntryKind(StrEnum):
    """What a ledger entry records. An order has each kind at most once."""

    AUTHORISED = "AUTHORISED"
    CAPTURED = "CAPTURED"
    REFUNDED = "REFUNDED"
    DECLINED = "DECLINED"
    VOIDED = "VOIDED"


@dataclass(frozen=True)
class LedgerEntry:
    """One fact about an order's money. `key` is the gateway's idempotency key."""

    order_id: str
    kind: EntryKind
    amount: Money
    key: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class Reversal:
    """What the gateway reversed: captured money, or an authorised hold."""

    captured: Money | None = None
    authorised: Money | None = None


@dataclass(frozen=True)
class Charge:
    """The record in a provider's own books for one key, under which an order is charged.

    `authorised` is what is reserved on the customer's card, and neither captured nor released.
    """

    key: str
    authorised: Money | None = None
    captured: Money | None = None
    refunded: Money | None = None


SUFFIX = ":charge"


def charge_key(order_id: str) -> str:
    """The one key under which an order is ever charged, so that it is charged once."""
    return f"{order_id}{SUFFIX}"


def order_of(key: str) -> str:
    """The order that is charged under a key."""
    return key.removesuffix(SUFFIX)


def balance(entries: Iterable[LedgerEntry], currency: str) -> Money:
    """Captured less refunded."""
    kept = list(entries)
    captured = total((e.amount for e in kept if e.kind is EntryKind.CAPTURED), currency)
    refunded = total((e.amount for e in kept if e.kind is EntryKind.REFUNDED), currency)
    return captured - refunded


STATUS_PRECEDENCE = (
    EntryKind.REFUNDED,
    EntryKind.VOIDED,
    EntryKind.CAPTURED,
    EntryKind.AUTHORISED,
    EntryKind.DECLINED,
)
"""The kinds from the last word to the first: what a payment's status is."""


def payment_status(entries: Iterable[LedgerEntry]) -> EntryKind | None:
    """Where a payment stands, or None if nothing was tried."""
    kinds = {entry.kind for entry in entries}
    return next((kind for kind in STATUS_PRECEDENCE if kind in kinds), None)

"""Reads the books from DynamoDB, page by page, and only the attributes that an audit needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from checkout.domain.payment import Charge
from lab.core import tables
from lab.core.target import Target
from lab.operate.audit.books import Books, Item
from lab.shop import mailbox, payment

Say = Callable[[str], None]
SAID_EVERY = 500

ATTRIBUTES = {
    "inventory": ("sku", "initial", "available"),
    "promotions": ("code", "scope", "redemptions", "redemptionLimit", "perCustomerLimit"),
    "reservations": (
        "orderId",
        "customerId",
        "status",
        "lines",
        "promotions",
        "firstOrder",
        "expiresAt",
        "notGivenBack",
    ),
    "payments": ("paymentId", "entry", "amount", "currency"),
    "idempotency": ("key", "orderId"),
    "orders": (
        "orderId",
        "customerId",
        "idempotencyKey",
        "status",
        "history",
        "createdAt",
        "total",
        "currency",
        "expectedTotal",
        "items",
        "lines",
        "eventAt",
        "mailAt",
        "mailMessageId",
    ),
}


def read(target: Target, say: Say) -> Books:
    """The books as they are now. Raises a `LabError` if a table is missing."""
    tables.require(target, *ATTRIBUTES)
    client = tables.resource(target).meta.client
    scans = {name: _scan(client, target, name, say) for name in ATTRIBUTES}
    theirs = payment.books(target)
    charges = None if theirs.charges is None else _counted(theirs.charges, say)
    return Books(**scans, mails=_mails(target), charges=charges, ledger_only=theirs.why)


def _counted(charges: Iterator[Charge], say: Say) -> Iterator[Charge]:
    for read, charge in enumerate(charges, 1):
        yield charge
        if read % SAID_EVERY == 0:
            say(f"charges at the payment provider: {read:,} read")


def _mails(target: Target) -> Iterator[str] | None:
    """The orders that mails are about; only the emulator keeps them."""
    if target.endpoint is None:
        return None
    return (mail.order_id for mail in mailbox.stream(target) if mail.order_id)


def _scan(client: Any, target: Target, name: str, say: Say) -> Iterator[Item]:
    names = {f"#{attribute}": attribute for attribute in ATTRIBUTES[name]}
    pages = client.get_paginator("scan").paginate(
        TableName=target.table(name),
        ConsistentRead=True,
        ProjectionExpression=", ".join(names),
        ExpressionAttributeNames=names,
    )
    read = 0
    for page in pages:
        read += len(page["Items"])
        say(f"{name}: {read:,} read")
        yield from page["Items"]

"""Reads the books from DynamoDB, page by page, and only the attributes that an audit needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lab import mailbox, tables
from lab.audit.books import Books, Item
from lab.target import Target

Say = Callable[[str], None]

ATTRIBUTES = {
    "inventory": ("sku", "initial", "available"),
    "promotions": ("code", "scope", "redemptions", "redemptionLimit", "perCustomerLimit"),
    "reservations": ("orderId", "customerId", "status", "lines", "promotions", "expiresAt"),
    "payments": ("paymentId", "entry", "status", "amount", "currency"),
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
    return Books(**scans, mails=_mails(target))


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

"""Reads the attributes that an audit needs from DynamoDB, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from checkout.domain.payment import Charge
from lab.core import tables
from lab.core.progress import Progress
from lab.core.target import Target
from lab.operate.audit.books import Books, Item
from lab.shop import mailbox, payment

REPORT_EVERY = 500

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


def read(target: Target, on_progress: Progress) -> Books:
    """Reads the books. Raises LabError if a table is missing."""
    tables.require(target, *ATTRIBUTES)
    client = tables.resource(target).meta.client
    scans = {name: _scan(client, target, name, on_progress) for name in ATTRIBUTES}
    provider = payment.books(target)
    charges = None if provider.charges is None else _with_progress(provider.charges, on_progress)
    return Books(**scans, mails=_mails(target), charges=charges, ledger_only=provider.why)


def _with_progress(charges: Iterator[Charge], on_progress: Progress) -> Iterator[Charge]:
    for read, charge in enumerate(charges, 1):
        yield charge
        if read % REPORT_EVERY == 0:
            on_progress(f"charges at the payment provider: {read:,} read")


def _mails(target: Target) -> Iterator[str] | None:
    """The order ids of all mails, which only the emulator stores."""
    if target.endpoint is None:
        return None
    return (mail.order_id for mail in mailbox.stream(target) if mail.order_id)


def _scan(client: Any, target: Target, name: str, on_progress: Progress) -> Iterator[Item]:
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
        on_progress(f"{name}: {read:,} read")
        yield from page["Items"]

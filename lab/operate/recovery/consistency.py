"""Checks the consistency of a copy, with the rules of `lab audit`.

Tables are read one after the other while orders continue, so a copy may have the stock from before
a sale and the order from after it. No read order avoids that. Therefore the copy itself is audited,
and repeated if it is inconsistent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from lab.deploy.backup_store.manifest import Part
from lab.deploy.backup_store.vault import Vault
from lab.operate.audit import AuditReport, Books, audit
from lab.operate.recovery import items

GRACE_S = 3650 * 86400.0
"""The grace period of orders in a copy: unlimited, because a copy may be old."""

MAX_NAMED = 20


def of(vault: Vault, tables: Mapping[str, Sequence[Part]]) -> AuditReport:
    """Audits a copy in the bucket, which also verifies the checksum of every part."""
    rows = {name: _rows(vault, parts) for name, parts in tables.items()}
    books = Books(
        inventory=rows["inventory"],
        promotions=rows["promotions"],
        reservations=rows["reservations"],
        payments=rows["payments"],
        idempotency=rows["idempotency"],
        orders=rows["orders"],
        ledger_only="the payment provider's books are not part of a copy",
    )
    return audit(books, datetime.now(UTC), GRACE_S, GRACE_S)


def violations(report: AuditReport) -> tuple[str, ...]:
    """The first violations, as text."""
    messages = (f"{f.title}: {row}" for f in report.findings for row in f.broken)
    return tuple(messages)[:MAX_NAMED]


def _rows(vault: Vault, parts: Sequence[Part]) -> Iterator[Mapping[str, Any]]:
    plain = TypeDeserializer().deserialize
    for part in parts:
        for item in items.unpack(vault.get(part)):
            yield {name: plain(value) for name, value in item.items()}

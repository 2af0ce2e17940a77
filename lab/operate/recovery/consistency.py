"""Whether a copy is one to live on: its books balance, by the rules of `lab audit`.

Tables are read one after the other while orders go on, so a copy can show the stock from before a
sale and the order from after it. No read order avoids that. So nothing is assumed: the copy itself
is audited, and one that does not balance is made again.
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

EVER_S = 3650 * 86400.0
"""An order that is under way in a copy is nobody's fault, however old the copy is."""

NAMED = 20


def of(vault: Vault, tables: Mapping[str, Sequence[Part]]) -> AuditReport:
    """Audits a copy as it is in the bucket, which reads every part back and checks it."""
    rows = {name: _rows(vault, parts) for name, parts in tables.items()}
    books = Books(
        inventory=rows["inventory"],
        promotions=rows["promotions"],
        reservations=rows["reservations"],
        payments=rows["payments"],
        idempotency=rows["idempotency"],
        orders=rows["orders"],
        ledger_only="the payment provider's books are no part of a copy",
    )
    return audit(books, datetime.now(UTC), EVER_S, EVER_S)


def broken(report: AuditReport) -> tuple[str, ...]:
    """What does not balance, in words: the first of it."""
    found = (f"{f.title}: {row}" for f in report.findings for row in f.broken)
    return tuple(found)[:NAMED]


def _rows(vault: Vault, parts: Sequence[Part]) -> Iterator[Mapping[str, Any]]:
    plain = TypeDeserializer().deserialize
    for part in parts:
        for item in items.unpack(vault.get(part)):
            yield {name: plain(value) for name, value in item.items()}

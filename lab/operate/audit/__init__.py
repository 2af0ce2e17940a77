"""Checks the books: the seven guarantees over all stored data."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice

from lab.core.target import Target
from lab.operate.audit.books import Books
from lab.operate.audit.guarantees import GUARANTEES, Guarantee, Rules, in_flight, losses
from lab.operate.audit.reader import Say, read
from lab.operate.audit.records import Records
from lab.operate.audit.report import AuditReport, Broken, Finding

__all__ = ["AuditReport", "Books", "Broken", "Finding", "audit", "run"]

GRACE_S = 900.0  # as long as a reservation is held
DELIVERY_GRACE_S = 30.0
POLL_S = 0.5
CONFIRMING_S = 5.0
"""For how long more rows that keep changing are read again."""

NAMED = 1000
"""How many broken rows a report names for each guarantee."""


def audit(
    books: Books,
    now: datetime,
    grace_s: float = GRACE_S,
    delivery_grace_s: float = DELIVERY_GRACE_S,
) -> AuditReport:
    """Checks all guarantees at a moment.

    An order may be under way for `grace_s` seconds; its event and mail may take
    `delivery_grace_s` seconds from its end. The books are read once, item by item, and kept on
    the disk: memory does not grow with their number.
    """
    rules = Rules(now.timestamp(), grace_s, delivery_grace_s)
    with closing(Records()) as records:
        records.load(books)
        findings = tuple(_finding(guarantee, records, rules) for guarantee in GUARANTEES)
        lost = losses(records)
        return AuditReport(
            findings,
            in_flight(records, rules),
            notes=_notes(books),
            lost=tuple(islice(lost, NAMED)),
            more_lost=sum(1 for _ in lost),
        )


def _notes(books: Books) -> tuple[str, ...]:
    if books.charges is not None:
        return ()
    why = books.ledger_only or "nobody told of the payment provider's books"
    return (f"Money was compared with the ledger only: {why}.",)


def _finding(guarantee: Guarantee, records: Records, rules: Rules) -> Finding:
    """Names the first rows that break it, and counts the others: there may be very many."""
    broken = guarantee.broken(records, rules)
    named = tuple(islice(broken, NAMED))
    more = sum(1 for _ in broken)
    checked = guarantee.checked(records)
    return Finding(guarantee.number, guarantee.title, checked, named, more)


def run(
    target: Target,
    on_progress: Say | None = None,
    *,
    grace_s: float = GRACE_S,
    delivery_grace_s: float = DELIVERY_GRACE_S,
    settle_s: float = 0.0,
) -> AuditReport:
    """Audits a target, again and again for up to `settle_s` seconds until all is settled.

    Tables are read one after the other while orders go on, so what looks broken is read again: only
    what is broken in the same way in two readings is told. Raises a `LabError` if the target is not
    deployed.
    """
    say = on_progress or (lambda _message: None)
    deadline = time.monotonic() + settle_s
    before: AuditReport | None = None
    while True:
        found = audit(read(target, say), datetime.now(UTC), grace_s, delivery_grace_s)
        report = before.confirmed_by(found) if before else found
        if found.settled or (report.moving == 0 and _is_over(found, before, deadline)):
            return report
        if time.monotonic() >= deadline + CONFIRMING_S:
            return report
        say("reading again what looks broken, or is on its way")
        before = found
        time.sleep(POLL_S)


def _is_over(found: AuditReport, before: AuditReport | None, deadline: float) -> bool:
    """Whether there was time enough, and a second reading of what looks broken."""
    return time.monotonic() >= deadline and (found.clean or before is not None)

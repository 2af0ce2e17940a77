"""Audits all stored data for the seven guarantees of the checkout."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice

from lab.core.progress import Progress, ignore
from lab.core.target import Target
from lab.operate.audit.books import Books
from lab.operate.audit.guarantees import GUARANTEES, Guarantee, Rules, in_flight, losses
from lab.operate.audit.reader import read
from lab.operate.audit.records import Records
from lab.operate.audit.report import AuditReport, Finding, Violation

__all__ = ["AuditReport", "Books", "Finding", "Violation", "audit", "run"]

GRACE_S = 900.0  # the lifetime of a reservation
DELIVERY_GRACE_S = 30.0
POLL_S = 0.5
CONFIRM_S = 5.0
"""The additional time for reading rows that keep changing."""

MAX_NAMED = 1000
"""The number of violations that a report names for each guarantee."""


def audit(
    books: Books,
    now: datetime,
    grace_s: float = GRACE_S,
    delivery_grace_s: float = DELIVERY_GRACE_S,
) -> AuditReport:
    """Checks all guarantees as of `now`.

    An order may take `grace_s` seconds; its event and mail may take another `delivery_grace_s`
    seconds. Reads the books once, item by item, and stores them on disk: memory use does not
    depend on their size.
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
            lost=tuple(islice(lost, MAX_NAMED)),
            more_lost=sum(1 for _ in lost),
        )


def _notes(books: Books) -> tuple[str, ...]:
    if books.charges is not None:
        return ()
    reason = books.ledger_only or "the payment provider's charges are unknown"
    return (f"Money was compared with the ledger only: {reason}.",)


def _finding(guarantee: Guarantee, records: Records, rules: Rules) -> Finding:
    """Names the first violations and counts the others, because there may be very many."""
    violations = guarantee.broken(records, rules)
    named = tuple(islice(violations, MAX_NAMED))
    more = sum(1 for _ in violations)
    checked = guarantee.checked(records)
    return Finding(guarantee.number, guarantee.title, checked, named, more)


def run(
    target: Target,
    on_progress: Progress | None = None,
    *,
    grace_s: float = GRACE_S,
    delivery_grace_s: float = DELIVERY_GRACE_S,
    settle_s: float = 0.0,
) -> AuditReport:
    """Audits a target, repeatedly for up to `settle_s` seconds until everything is settled.

    Tables are read one after the other while orders continue. Therefore a violation is reported
    only if it is the same in two readings. Raises LabError if the target is not deployed.
    """
    on_progress = on_progress or ignore
    deadline = time.monotonic() + settle_s
    previous: AuditReport | None = None
    while True:
        current = audit(read(target, on_progress), datetime.now(UTC), grace_s, delivery_grace_s)
        report = previous.confirmed_by(current) if previous else current
        if current.settled or (report.moving == 0 and _is_final(current, previous, deadline)):
            return report
        if time.monotonic() >= deadline + CONFIRM_S:
            return report
        on_progress("reading violations and open orders again")
        previous = current
        time.sleep(POLL_S)


def _is_final(report: AuditReport, previous: AuditReport | None, deadline: float) -> bool:
    """Whether the time is over, and violations have been read twice."""
    return time.monotonic() >= deadline and (report.clean or previous is not None)

"""Checks the books: the seven guarantees over all stored data."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from lab.audit.books import Books, digest
from lab.audit.guarantees import GUARANTEES, Rules, in_flight
from lab.audit.reader import Say, read
from lab.audit.report import AuditReport, Broken, Finding
from lab.target import Target

__all__ = ["AuditReport", "Books", "Broken", "Finding", "audit", "run"]

GRACE_S = 900.0  # as long as a reservation is held
DELIVERY_GRACE_S = 30.0
POLL_S = 0.5


def audit(
    books: Books,
    now: datetime,
    grace_s: float = GRACE_S,
    delivery_grace_s: float = DELIVERY_GRACE_S,
) -> AuditReport:
    """Checks all guarantees at a moment.

    An order may be under way for `grace_s` seconds; its event and mail may take
    `delivery_grace_s` seconds from its end.
    """
    records = digest(books)
    rules = Rules(now, timedelta(seconds=grace_s), timedelta(seconds=delivery_grace_s))
    findings = tuple(
        Finding(g.number, g.title, g.checked(records), tuple(g.broken(records, rules)))
        for g in GUARANTEES
    )
    return AuditReport(findings, in_flight(records, rules))


def run(
    target: Target,
    on_progress: Say | None = None,
    *,
    grace_s: float = GRACE_S,
    delivery_grace_s: float = DELIVERY_GRACE_S,
    settle_s: float = 0.0,
) -> AuditReport:
    """Audits a target, again and again for up to `settle_s` seconds until all is settled.

    Tables are read one after the other, so orders that move meanwhile can look broken: give a
    busy lab time to settle. Raises a `LabError` if the target is not deployed.
    """
    say = on_progress or (lambda _message: None)
    deadline = time.monotonic() + settle_s
    while True:
        report = audit(read(target, say), datetime.now(UTC), grace_s, delivery_grace_s)
        if report.settled or time.monotonic() >= deadline:
            return report
        time.sleep(min(POLL_S, max(0.0, deadline - time.monotonic())))

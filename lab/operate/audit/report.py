"""The report of an audit."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from itertools import chain
from typing import Any


@dataclass(frozen=True)
class Violation:
    """A row that violates a guarantee: its SKU, order id, code or key, and a message.

    `facts` is a checksum that distinguishes two readings with the same message.
    """

    row: str
    what: str
    facts: int = field(default=0, repr=False)

    def __str__(self) -> str:
        return f"{self.row}: {self.what}"


@dataclass(frozen=True)
class Finding:
    """A guarantee with the number of checked rows, and its violations.

    `more` counts the violations that are not named.
    """

    number: int
    title: str
    checked: int
    broken: tuple[Violation, ...]
    more: int = 0

    @property
    def holds(self) -> bool:
        """Whether there is no violation."""
        return not self.broken


@dataclass(frozen=True)
class AuditReport:
    """All guarantees, and the number of orders that still wait for their end, event or mail.

    `moving` counts the rows that changed between readings and were not checked. `notes` say what
    could not be checked, and why. `lost` is what compensation could not give back, `more_lost`
    the number of those not named.
    """

    findings: tuple[Finding, ...]
    in_flight: int
    moving: int = 0
    notes: tuple[str, ...] = ()
    lost: tuple[Violation, ...] = ()
    more_lost: int = 0

    @property
    def clean(self) -> bool:
        """Whether every guarantee holds."""
        return all(finding.holds for finding in self.findings)

    @property
    def settled(self) -> bool:
        """Whether every guarantee holds and no order is in flight."""
        return self.clean and self.in_flight == 0 and self.moving == 0

    def confirmed_by(self, again: AuditReport) -> AuditReport:
        """Combines two readings, because the tables of one reading are not read at one moment.

        A violation that is equal in both is real. One that is only in the second counts as moving.
        """
        findings = tuple(map(_confirmed, self.findings, again.findings))
        moving = sum(len(f.broken) + f.more for f in again.findings)
        moving -= sum(len(f.broken) + f.more for f in findings)
        return replace(again, findings=findings, moving=moving)

    def as_dict(self) -> dict[str, Any]:
        """The report for `--json`."""
        report = asdict(self)
        violations = (finding["broken"] for finding in report["findings"])
        for row in (*report["lost"], *chain.from_iterable(violations)):
            del row["facts"]
        return {"clean": self.clean, **report}


def _confirmed(before: Finding, again: Finding) -> Finding:
    known = set(before.broken)
    broken = tuple(row for row in again.broken if row in known)
    return replace(again, broken=broken, more=min(before.more, again.more))

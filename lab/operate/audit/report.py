"""What an audit found, in words."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from itertools import chain
from typing import Any


@dataclass(frozen=True)
class Broken:
    """A row that breaks a guarantee: which one (SKU, order, code, key), and how.

    `facts` tells two readings apart whose words are the same; it is for nobody to read.
    """

    row: str
    what: str
    facts: int = field(default=0, repr=False)

    def __str__(self) -> str:
        return f"{self.row}: {self.what}"


@dataclass(frozen=True)
class Finding:
    """One guarantee, how many rows were checked for it, and those that break it.

    `more` counts the rows that break it beyond those that are named.
    """

    number: int
    title: str
    checked: int
    broken: tuple[Broken, ...]
    more: int = 0

    @property
    def holds(self) -> bool:
        """Whether no row breaks the guarantee."""
        return not self.broken


@dataclass(frozen=True)
class AuditReport:
    """All guarantees, and how many orders are still on their way to an end, an event or a mail.

    `moving` counts the rows that changed from reading to reading: nothing can be said of them.
    `notes` say what could not be looked at, and why. `lost` is what orders could not give back when
    they were undone, `more_lost` counts the rest.
    """

    findings: tuple[Finding, ...]
    in_flight: int
    moving: int = 0
    notes: tuple[str, ...] = ()
    lost: tuple[Broken, ...] = ()
    more_lost: int = 0

    @property
    def clean(self) -> bool:
        """Whether every guarantee holds."""
        return all(finding.holds for finding in self.findings)

    @property
    def settled(self) -> bool:
        """Whether every guarantee holds and nothing is on its way."""
        return self.clean and self.in_flight == 0 and self.moving == 0

    def confirmed_by(self, again: AuditReport) -> AuditReport:
        """What a second reading found as well: the tables of one reading are not one moment.

        A row that is broken in the same way, by the same orders, in both was so in between. What
        is broken in the second only is moving.
        """
        findings = tuple(map(_confirmed, self.findings, again.findings))
        moving = sum(len(f.broken) + f.more for f in again.findings)
        moving -= sum(len(f.broken) + f.more for f in findings)
        return replace(again, findings=findings, moving=moving)

    def as_dict(self) -> dict[str, Any]:
        """The report for `--json`."""
        found = asdict(self)
        told = (finding["broken"] for finding in found["findings"])
        for row in (*found["lost"], *chain.from_iterable(told)):
            del row["facts"]
        return {"clean": self.clean, **found}


def _confirmed(before: Finding, again: Finding) -> Finding:
    known = set(before.broken)
    broken = tuple(row for row in again.broken if row in known)
    return replace(again, broken=broken, more=min(before.more, again.more))

"""What an audit found, in words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Broken:
    """A row that breaks a guarantee: which one (SKU, order, code, key), and how."""

    row: str
    what: str

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

    `notes` say what could not be looked at, and why.
    """

    findings: tuple[Finding, ...]
    in_flight: int
    notes: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether every guarantee holds."""
        return all(finding.holds for finding in self.findings)

    @property
    def settled(self) -> bool:
        """Whether every guarantee holds and nothing is on its way."""
        return self.clean and self.in_flight == 0

    def as_dict(self) -> dict[str, Any]:
        """The report for `--json`."""
        return {"clean": self.clean, **asdict(self)}

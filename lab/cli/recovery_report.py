"""Draws backups and drills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import RenderableType
from rich.text import Text

from lab.console import render
from lab.core import invocation
from lab.operate.drill import DrillReport
from lab.operate.recovery import Manifest


def backup_list(found: Sequence[Manifest]) -> RenderableType:
    """Backups, one a line, the oldest first."""
    if not found:
        return Text(invocation.advice("There is no backup yet. Make one with `lab backup`."))
    return render.table(
        ("!Backup", ">Orders", ">Items", ">Size", "Books"), (_row(manifest) for manifest in found)
    )


def _row(manifest: Manifest) -> list[str | Text]:
    books = Text("off", "red") if manifest.broken else Text("balance", "green")
    items = f"{sum(manifest.counts.values()):,}"
    return [manifest.backup, f"{manifest.counts['orders']:,}", items, _size(manifest.size), books]


def copied(manifest: Manifest) -> str:
    """What a backup has, in a line."""
    return f"{counted(manifest.counts)}, {_size(manifest.size)}"


def counted(items: Mapping[str, int]) -> str:
    """Items by table, in words."""
    return ", ".join(f"{count:,} {name}" for name, count in items.items() if count)


def drilled(report: DrillReport) -> RenderableType:
    """What was before and what is after, by table, and how long each step took."""
    rows = [
        [name, f"{count:,}", f"{report.lost.get(name, 0):,}", f"{report.added.get(name, 0):,}"]
        for name, count in report.items.items()
    ]
    took = ", ".join(f"{name} {render.duration(s)}" for name, s in report.seconds.items())
    return render.table(("Table", ">Items", ">Lost", ">New"), rows, title=took)


def _size(count: int) -> str:
    return f"{count / 1000:,.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:,.1f} MB"

"""Renders backups and drills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import RenderableType
from rich.text import Text

from lab.console import render
from lab.core import invocation
from lab.operate.drill import DrillReport
from lab.operate.recovery import Manifest


def backup_list(manifests: Sequence[Manifest]) -> RenderableType:
    """A table of backups, oldest first."""
    if not manifests:
        return Text(invocation.advice("There is no backup yet. Make one with `lab backup`."))
    return render.table(
        ("!Backup", ">Orders", ">Items", ">Size", "Books"),
        (_row(manifest) for manifest in manifests),
    )


def _row(manifest: Manifest) -> list[str | Text]:
    books = Text("off", "red") if manifest.broken else Text("balance", "green")
    items = f"{sum(manifest.counts.values()):,}"
    return [manifest.backup, f"{manifest.counts['orders']:,}", items, _size(manifest.size), books]


def copied(manifest: Manifest) -> str:
    """A summary of a backup on one line."""
    return f"{counted(manifest.counts)}, {_size(manifest.size)}"


def counted(items: Mapping[str, int]) -> str:
    """The items by table, as text."""
    return ", ".join(f"{count:,} {name}" for name, count in items.items() if count)


def drilled(report: DrillReport) -> RenderableType:
    """The items, losses and additions of each table, and the duration of each step."""
    rows = [
        [name, f"{count:,}", f"{report.lost.get(name, 0):,}", f"{report.added.get(name, 0):,}"]
        for name, count in report.items.items()
    ]
    durations = ", ".join(f"{name} {render.duration(s)}" for name, s in report.seconds.items())
    return render.table(("Table", ">Items", ">Lost", ">New"), rows, title=durations)


def _size(count: int) -> str:
    return f"{count / 1000:,.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:,.1f} MB"

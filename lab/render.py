"""How the lab prints: two consoles, tables that fit, money, durations and JSON."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from checkout.domain.money import Money

LOG_WIDTH = 120


def _width(stream: Any) -> int | None:
    """A terminal's own width; a log or a pipe gets room enough for an order's id and its facts."""
    if stream.isatty() or "COLUMNS" in os.environ:
        return None
    return LOG_WIDTH


screen = Console(highlight=False, width=_width(sys.stdout))
errors = Console(stderr=True, highlight=False, width=_width(sys.stderr))

STATUS_STYLE = {
    "CONFIRMED": "bold green",
    "REJECTED": "bold yellow",
    "FAILED": "bold red",
    "PENDING": "bold cyan",
}


def problem(message: str, hint: str = "") -> None:
    """Prints an error and what to do about it to stderr."""
    errors.print(Text("✘ ", style="bold red") + Text(message, style="bold"), soft_wrap=True)
    if hint:
        errors.print(Text("  → ", style="cyan") + Text(hint), soft_wrap=True)


def done(message: str) -> None:
    """Prints that something worked."""
    screen.print(Text("✔ ", style="bold green") + Text(message), soft_wrap=True)


def note(message: str) -> None:
    """Prints a remark to stderr, where it does not get into data."""
    errors.print(Text(message, style="dim"), soft_wrap=True)


def as_json(value: Any) -> None:
    """Prints `value` as JSON to stdout, and nothing else."""
    print(json.dumps(value, indent=2, default=str, ensure_ascii=False))  # noqa: T201


def lab_command() -> str:
    """How to type `lab` here: by its name where the shell finds it, else by its path."""
    if shutil.which("lab"):
        return "lab"
    here = Path(sys.executable).parent / "lab"
    return str(here.relative_to(Path.cwd())) if here.is_relative_to(Path.cwd()) else str(here)


def money(value: Mapping[str, Any] | None) -> str:
    """`{"amount": 1999, "currency": "USD"}` becomes `19.99 USD`, as customers read it in mails."""
    if not value:
        return "-"
    return str(Money(int(value["amount"]), value["currency"]))


def duration(seconds: float) -> str:
    """A length of time as a person says it: `87 ms`, `4.2 s`, `2 min 05 s`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02} s"


def moment(value: str | datetime | None) -> str:
    """An RFC 3339 time or a datetime in the reader's own time zone, to the second."""
    if not value:
        return "-"
    when = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return when.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def status(value: str) -> Text:
    """A status in its colour."""
    return Text(value, style=STATUS_STYLE.get(value, ""))


def table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]], title: str = "") -> Table:
    """A plain table; a column whose name begins with `>` is right-aligned, with `!` never wraps."""
    drawn = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for column in columns:
        drawn.add_column(
            column.lstrip(">!"),
            justify="right" if column.startswith(">") else "left",
            no_wrap=column.startswith((">", "!")),
            overflow="fold",
        )
    for row in rows:
        drawn.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in row))
    return drawn

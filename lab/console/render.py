"""How the lab prints: two consoles, tables that fit, money, durations and JSON."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from checkout.domain.money import Money
from lab.core import child_processes, invocation

LOG_WIDTH = 120
SEPARATOR = 3
"""Columns between two columns of a table."""


def _width(stream: Any) -> int | None:
    """A terminal's own width; a log or a pipe gets room enough for an order's id and its facts."""
    child_processes.forget_impossible_sizes()
    return None if stream.isatty() or "COLUMNS" in os.environ else LOG_WIDTH


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
    told, advised = invocation.advice(message), invocation.advice(hint)
    errors.print(Text("✘ ", style="bold red") + Text(told, style="bold"), soft_wrap=True)
    if advised:
        errors.print(Text("  → ", style="cyan") + Text(advised), soft_wrap=True)


def done(message: str) -> None:
    """Prints that something worked."""
    screen.print(Text("✔ ", style="bold green") + Text(message), soft_wrap=True)


def note(message: str) -> None:
    """Prints a remark to stderr, where it does not get into data."""
    errors.print(Text(invocation.advice(message), style="dim"), soft_wrap=True)


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


def table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]], title: str = "") -> Fitting:
    """A plain table; a column whose name begins with `>` is right-aligned, with `!` never wraps.

    Where it does not fit, each row is told below the other.
    """
    cells = [[cell if isinstance(cell, Text) else Text(cell) for cell in row] for row in rows]
    return Fitting(tuple(columns), cells, title)


@dataclass(frozen=True)
class Fitting:
    """A table as wide as the terminal; no word, id or number in it is ever cut."""

    columns: tuple[str, ...]
    rows: list[list[Text]]
    title: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draws it as a table, or as blocks of lines."""
        if sum(self._least()) + SEPARATOR * (len(self.columns) - 1) <= options.max_width:
            yield self._table()
            return
        if self.title:
            yield Text(self.title)
        for row in self.rows:
            yield from self._block(row, options.max_width)

    def _table(self) -> Table:
        drawn = Table(
            box=box.SIMPLE_HEAD,
            title=self.title or None,
            title_justify="left",
            pad_edge=False,
            show_edge=False,
        )
        for column, least in zip(self.columns, self._least(), strict=True):
            drawn.add_column(
                column.lstrip(">!"),
                justify="right" if column.startswith(">") else "left",
                no_wrap=column.startswith((">", "!")),
                overflow="fold",
                min_width=least,
            )
        for row in self.rows:
            drawn.add_row(*row)
        return drawn

    def _least(self) -> list[int]:
        """The width below which a column would be cut: of its text, or of its longest word."""
        least = []
        for number, column in enumerate(self.columns):
            texts = [column.lstrip(">!"), *(row[number].plain for row in self.rows)]
            parts = texts if column.startswith((">", "!")) else " ".join(texts).split()
            least.append(max((cell_len(part) for part in parts), default=0))
        return least

    def _block(self, row: Sequence[Text], width: int) -> Iterator[Text]:
        """The first cell on a line of its own, the others that say anything below it."""
        first, *others = row
        yield first
        for column, cell in zip(self.columns[1:], others, strict=True):
            name = f"  {column.lstrip('>!')}  ".replace("    ", "  ")
            if not cell.plain:
                continue
            if len(name) + cell.cell_len <= width:
                yield Text(name, style="dim") + cell
            else:
                yield Text(name.rstrip(), style="dim")
                yield cell


@dataclass(frozen=True)
class Grid:
    """Rows in columns without a head, of which the last wraps; no word in them is ever cut.

    Where they do not fit, each row is a line of text that wraps.
    """

    rows: Sequence[Sequence[str | Text]]
    gap: int = 2

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draws it in columns, or in lines."""
        rows = [[c if isinstance(c, Text) else Text(c) for c in row] for row in self.rows]
        if _grid_width(rows, self.gap) > options.max_width:
            yield from (Text("  ").join(cell for cell in row if cell.plain) for row in rows)
            return
        drawn = Table.grid(padding=(0, self.gap), pad_edge=False)
        for number in range(len(rows[0]) if rows else 0):
            drawn.add_column(no_wrap=number < len(rows[0]) - 1, overflow="fold")
        for row in rows:
            drawn.add_row(*row)
        yield drawn


def _grid_width(rows: Sequence[Sequence[Text]], gap: int) -> int:
    """What the rows need at least: the columns before the last, and the last one's longest word."""
    if not rows:
        return 0
    *columns, last = zip(*rows, strict=True)
    widths = [max(int(cell.cell_len) for cell in column) for column in columns]
    words = [word for cell in last for word in cell.plain.split()]
    longest = max((cell_len(word) for word in words), default=0)
    return int(sum(widths) + gap * len(widths) + longest)

"""Two consoles (stdout and stderr), tables, money, durations and JSON."""

from __future__ import annotations

import io
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
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from checkout.domain.money import Money
from lab.core import child_processes, invocation

LOG_WIDTH = 120
SEPARATOR = 3
"""Columns between two columns of a table."""


def _width(stream: Any) -> int | None:
    """None (the terminal's own width), or `LOG_WIDTH` for a log or a pipe."""
    child_processes.forget_impossible_sizes()
    is_terminal = stream is not None and stream.isatty()  # None: the caller has closed it
    return None if is_terminal or "COLUMNS" in os.environ else LOG_WIDTH


screen = Console(highlight=False, width=_width(sys.stdout))
errors = Console(stderr=True, highlight=False, width=_width(sys.stderr))

STATUS_STYLE = {
    "CONFIRMED": "bold green",
    "REJECTED": "bold yellow",
    "FAILED": "bold red",
    "PENDING": "bold cyan",
}


def problem(message: str, hint: str = "") -> None:
    """Prints an error to stderr, and below it what to do about it."""
    text, advice = invocation.advice(message), invocation.advice(hint)
    errors.print(Text("✘ ", style="bold red") + Text(text, style="bold"), soft_wrap=True)
    if advice:
        errors.print(Text("  → ", style="cyan") + Text(advice), soft_wrap=True)


def done(message: str) -> None:
    """Prints a success message to stdout."""
    screen.print(Text("✔ ", style="bold green") + Text(message), soft_wrap=True)


def note(message: str) -> None:
    """Prints a remark to stderr, so that it does not mix with data."""
    errors.print(Text(invocation.advice(message), style="dim"), soft_wrap=True)


def as_json(value: Any) -> None:
    """Prints `value` as JSON to stdout, and nothing else."""
    print(json.dumps(value, indent=2, default=str, ensure_ascii=False))  # noqa: T201


def number(count: int, thing: str) -> str:
    """A number of things in words: `1 order`, `2 orders`."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def lab_command() -> str:
    """The command to type: `lab` if it is on PATH, otherwise its path."""
    if shutil.which("lab"):
        return "lab"
    script = Path(sys.executable).parent / "lab"
    cwd = Path.cwd()
    return str(script.relative_to(cwd) if script.is_relative_to(cwd) else script)


def money(value: Mapping[str, Any] | None) -> str:
    """Formats `{"amount": 1999, "currency": "USD"}` as `19.99 USD`; `-` if there is none."""
    if not value:
        return "-"
    return str(Money(int(value["amount"]), value["currency"]))


def duration(seconds: float) -> str:
    """Formats a duration: `87 ms`, `4.2 s`, `2 min 05 s`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60:02} s"


def moment(value: str | datetime | None) -> str:
    """Formats an RFC 3339 time or a datetime in the local time zone, to the second."""
    if not value:
        return "-"
    when = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return when.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def status(value: str) -> Text:
    """A status in its colour."""
    return Text(value, style=STATUS_STYLE.get(value, ""))


def table(
    columns: Sequence[str], rows: Iterable[Sequence[str | Text]], title: str = ""
) -> ResponsiveTable:
    """A table. A column whose name begins with `>` is right-aligned; with `!` it never wraps.

    If the terminal is too narrow, each row becomes a block of lines.
    """
    cells = [[cell if isinstance(cell, Text) else Text(cell) for cell in row] for row in rows]
    return ResponsiveTable(tuple(columns), cells, title)


@dataclass(frozen=True)
class ResponsiveTable:
    """A table that never cuts a word, an id or a number."""

    columns: tuple[str, ...]
    rows: list[list[Text]]
    title: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Renders a table, or one block of lines for each row."""
        if sum(self._min_widths()) + SEPARATOR * (len(self.columns) - 1) <= options.max_width:
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
        for column, width in zip(self.columns, self._min_widths(), strict=True):
            drawn.add_column(
                column.lstrip(">!"),
                justify="right" if column.startswith(">") else "left",
                no_wrap=column.startswith((">", "!")),
                overflow="fold",
                min_width=width,
            )
        for row in self.rows:
            drawn.add_row(*row)
        return drawn

    def _min_widths(self) -> list[int]:
        """The least width of each column: of its longest text, or word if it may wrap."""
        widths = []
        for number, column in enumerate(self.columns):
            texts = [column.lstrip(">!"), *(row[number].plain for row in self.rows)]
            parts = texts if column.startswith((">", "!")) else " ".join(texts).split()
            widths.append(max((cell_len(part) for part in parts), default=0))
        return widths

    def _block(self, row: Sequence[Text], width: int) -> Iterator[Text]:
        """The first cell on a line of its own, and below it the others that are not empty."""
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
    """A table without a header. Its last column wraps; no word is ever cut.

    If the terminal is too narrow, each row becomes a line of text that wraps.
    """

    rows: Sequence[Sequence[str | Text]]
    gap: int = 2

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Renders columns, or one line of text for each row."""
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
    """The least width: of all columns but the last, plus the longest word of the last."""
    if not rows:
        return 0
    *columns, last = zip(*rows, strict=True)
    widths = [max(int(cell.cell_len) for cell in column) for column in columns]
    words = [word for cell in last for word in cell.plain.split()]
    longest = max((cell_len(word) for word in words), default=0)
    return int(sum(widths) + gap * len(widths) + longest)


def printed(what: RenderableType) -> str:
    """The output of rich as plain text."""
    console = Console(file=io.StringIO(), width=110, force_jupyter=False, color_system=None)
    console.print(what)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text.rstrip()

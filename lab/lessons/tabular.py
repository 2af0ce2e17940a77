"""Tables and differences for lessons."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from html import escape
from typing import Any

from lab.console import render
from lab.console.drawing.shown import GREEN, RED, Shown, typed

CELL = "padding:.2em .8em;border-bottom:1px solid #8a8f9855;white-space:pre-wrap"
NUMBER = re.compile(r"-?[\d,]*\d(\.\d+)?( [A-Z]{3})?")
NO_NUMBER = ("", "None")
LONG_WORD = 60  # characters; a longer one is broken, since it would push the table off the page
DIFF_COLOURS = {"+": GREEN, "-": RED}


@dataclass(frozen=True, repr=False)
class Table(Shown):
    """A table with headings; columns of numbers are right-aligned."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]

    def html(self) -> str:
        """An HTML table in the page's colours."""
        rows = [[_shown(value) for value in row] for row in self.rows]
        sides = [_side([row[n] for row in rows]) for n in range(len(self.columns))]
        head = "".join(map(_heading, self.columns, sides))
        body = "".join(f"<tr>{''.join(map(_cell, row, sides))}</tr>" for row in rows)
        style = "border-collapse:collapse;margin:.4em 0"
        return f'<table style="{style}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'

    def text(self) -> str:
        """Columns, padded with spaces."""
        lines = [list(self.columns), *([_shown(v) for v in row] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(_padded(line, widths) for line in lines)


def _padded(line: Sequence[str], widths: Sequence[int]) -> str:
    padded = (value.ljust(width) for value, width in zip(line, widths, strict=True))
    return "  ".join(padded).rstrip()


def table(rows: Iterable[Any], *columns: str) -> Table:
    """A table of mappings or dataclasses; `columns` selects and orders the columns."""
    mappings = [_as_mapping(row) for row in rows]
    names = columns or tuple(dict.fromkeys(name for row in mappings for name in row))
    return Table(names, [[row.get(name, "") for name in names] for row in mappings])


def _as_mapping(row: Any) -> Mapping[str, Any]:
    if is_dataclass(row) and not isinstance(row, type):
        return asdict(row)
    return dict(row)


def _side(column: Sequence[str]) -> str:
    values = [value for value in column if value not in NO_NUMBER]
    return "right" if values and all(map(NUMBER.fullmatch, values)) else "left"


def _heading(name: str, side: str) -> str:
    return f'<th style="{CELL};text-align:{side}">{escape(name)}</th>'


def _cell(value: str, side: str) -> str:
    long = any(len(word) > LONG_WORD for word in value.split())
    breaks = ";overflow-wrap:anywhere" if long else ""
    return f'<td style="{CELL};text-align:{side}{breaks}">{escape(value)}</td>'


def _shown(value: Any) -> str:
    """Formats a value for a reader: money, and numbers with few digits."""
    if isinstance(value, Mapping) and value.keys() == {"amount", "currency"}:
        return render.money(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_shown(part)}" for name, part in value.items())
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.3g}" if abs(value) < 1 else f"{value:,.2f}"
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(map(str, value))
    return str(value)


@dataclass(frozen=True, repr=False)
class Diff(Shown):
    """The lines that differ, with three lines around them."""

    lines: Sequence[str]

    def html(self) -> str:
        """Added lines are green, removed lines are red."""
        shown = "".join(map(_diff_line, self.lines)) or "No difference."
        return typed(shown)

    def text(self) -> str:
        """The format of `diff -u`."""
        return "\n".join(self.lines) or "No difference."


def diff(before: Any, after: Any) -> Diff:
    """The differences of two texts, or of two values as JSON."""
    lines = difflib.unified_diff(_as_lines(before), _as_lines(after), n=3, lineterm="")
    return Diff([line for line in lines if not line.startswith(("---", "+++"))])


def _as_lines(value: Any) -> list[str]:
    if isinstance(value, str):
        return value.splitlines()
    return json.dumps(value, indent=2, default=str, sort_keys=True).splitlines()


def _diff_line(line: str) -> str:
    colour = DIFF_COLOURS.get(line[:1])
    style = f' style="color:{colour}"' if colour else ' style="opacity:.7"'
    return f"<div{style}>{escape(line) or ' '}</div>"

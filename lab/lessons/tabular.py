"""Tables and differences, as a lesson shows them."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from html import escape
from typing import Any

from lab.lessons.shown import GREEN, RED, Shown

CELL = "padding:.2em .8em;border-bottom:1px solid #8a8f9855;white-space:pre-wrap"
DIFF_COLOURS = {"+": GREEN, "-": RED}


@dataclass(frozen=True, repr=False)
class Table(Shown):
    """Rows under headings; numbers stand to the right."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]

    def html(self) -> str:
        """An HTML table in the page's own colours."""
        head = "".join(f'<th style="{CELL};text-align:left">{escape(c)}</th>' for c in self.columns)
        body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in self.rows)
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
    """A table of mappings or dataclasses; `columns` chooses and orders, else all of the first."""
    found = [_as_mapping(row) for row in rows]
    names = columns or tuple(dict.fromkeys(name for row in found for name in row))
    return Table(names, [[row.get(name, "") for name in names] for row in found])


def _as_mapping(row: Any) -> Mapping[str, Any]:
    if is_dataclass(row) and not isinstance(row, type):
        return asdict(row)
    return dict(row)


def _cell(value: Any) -> str:
    side = "right" if isinstance(value, (int, float)) and not isinstance(value, bool) else "left"
    return f'<td style="{CELL};text-align:{side}">{escape(_shown(value))}</td>'


def _shown(value: Any) -> str:
    """A value as a reader wants it: money as money, numbers with few digits."""
    if isinstance(value, Mapping) and value.keys() == {"amount", "currency"}:
        return f"{value['amount'] / 100:,.2f} {value['currency']}"
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
        """Green lines came, red lines went."""
        shown = "".join(map(_diff_line, self.lines)) or "No difference."
        return f'<pre style="line-height:1.35;margin:.4em 0">{shown}</pre>'

    def text(self) -> str:
        """As `diff -u` prints it."""
        return "\n".join(self.lines) or "No difference."


def diff(before: Any, after: Any) -> Diff:
    """What differs between two texts, or two values that are shown as JSON."""
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

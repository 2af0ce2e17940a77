"""Draws an order's way: each span and each gap on a line, with its bar on one time line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rich.console import (
    Console,
    ConsoleOptions,
    Group,
    JustifyMethod,
    RenderableType,
    RenderResult,
)
from rich.table import Table
from rich.text import Text

from lab.console import render
from lab.shop.order_trace import Gap, OrderTrace, Span

BAR_WIDTH = 32
NARROW = 90
MARKS = {"ok": "✔", "refused": "✘", "failed": "✘", "undone": "↩", "waiting": "…", "running": "…"}
STYLES = {
    "ok": "green",
    "refused": "yellow",
    "failed": "red",
    "undone": "magenta",
    "waiting": "cyan",
    "running": "cyan",
}


def report(trace: OrderTrace) -> RenderableType:
    """The order's ids and status, its way, and what could not be read."""
    head = Text(f"{trace.order_id}  ") + render.status(trace.status)
    parts: list[RenderableType] = [
        head,
        Text(f"correlation id {trace.correlation_id}, began {render.moment(trace.started)}"),
        Text(),
        Waterfall(trace),
        Text(),
        Text(_sum(trace)),
    ]
    parts += [Text(f"Not found: {what}.", style="yellow") for what in trace.missing]
    return Group(*parts)


def _sum(trace: OrderTrace) -> str:
    whole = (trace.ended - trace.started).total_seconds()
    idle = sum((gap.ended - gap.started).total_seconds() for gap in trace.gaps)
    longest = max(trace.gaps, key=lambda gap: gap.ended - gap.started, default=None)
    told = f"{render.duration(whole)} in all; nothing worked for {render.duration(idle)} of them"
    return f"{told}, longest: {longest.name}." if longest else f"{told}."


@dataclass(frozen=True)
class Waterfall:
    """The spans and gaps of a trace by their start.

    Narrow terminals get a line of text for each, which wraps, and no bars.
    """

    trace: OrderTrace

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Renders a table as wide as the terminal, or lines."""
        rows = [self._row(row) for row in self._in_order()]
        if options.max_width < NARROW:
            yield from (Text("  ").join(filter(None, [*row[:3], *row[4:]])) for row in rows)
            return
        drawn = Table.grid(padding=(0, 2), pad_edge=False)
        for number in range(len(rows[0])):
            justify: JustifyMethod = "right" if number in (0, 4) else "left"
            drawn.add_column(justify=justify, no_wrap=number < len(rows[0]) - 1, overflow="fold")
        for row in rows:
            drawn.add_row(*row)
        yield drawn

    def _in_order(self) -> list[Span | Gap]:
        rows: list[Span | Gap] = [*self.trace.spans, *self.trace.gaps]
        return sorted(rows, key=lambda row: (row.started, row.ended))

    def _row(self, row: Span | Gap) -> list[Text]:
        """Offset, mark, name, bar, duration, note."""
        style, mark, name, note = _look(row)
        offset = Text(render.duration((row.started - self.trace.started).total_seconds()), "dim")
        took = (row.ended - row.started).total_seconds()
        duration = Text(render.duration(took) if took else "", style)
        sign = "┄" if isinstance(row, Gap) else "━" if took else "◆"
        bar = Text(self._bar(row.started, row.ended, sign), style)
        return [offset, Text(mark, style), Text(name, style), bar, duration, Text(note, "dim")]

    def _bar(self, started: datetime, ended: datetime, sign: str) -> str:
        whole = max(self.trace.ended - self.trace.started, timedelta(milliseconds=1))
        start = min(BAR_WIDTH - 1, int((started - self.trace.started) / whole * BAR_WIDTH))
        length = max(1, round((ended - started) / whole * BAR_WIDTH))
        return (" " * start + sign * length)[:BAR_WIDTH].ljust(BAR_WIDTH)


def _look(row: Span | Gap) -> tuple[str, str, str, str]:
    """The style, mark, name and note of a row."""
    if isinstance(row, Gap):
        return "dim", "", "nothing worked", row.name
    kind = {"step": "", "notifier": "", "sweep": ""}.get(row.kind, f"{row.kind} ")
    return STYLES[row.outcome], MARKS[row.outcome], f"{kind}{row.name}", row.note


def as_dict(trace: OrderTrace) -> dict[str, Any]:
    """The trace as JSON values; times are milliseconds after `startedAt`."""
    return {
        "orderId": trace.order_id,
        "correlationId": trace.correlation_id,
        "status": trace.status,
        "startedAt": trace.started.isoformat(),
        **_span_of_time(trace, trace.started, trace.ended),
        "spans": [
            {"kind": span.kind, "name": span.name, "outcome": span.outcome, "note": span.note}
            | _span_of_time(trace, span.started, span.ended)
            for span in trace.spans
        ],
        "gaps": [
            {"name": gap.name} | _span_of_time(trace, gap.started, gap.ended) for gap in trace.gaps
        ],
        "missing": list(trace.missing),
    }


def _span_of_time(trace: OrderTrace, started: datetime, ended: datetime) -> dict[str, float]:
    millisecond = timedelta(milliseconds=1)
    return {
        "startMs": round((started - trace.started) / millisecond, 1),
        "durationMs": round((ended - started) / millisecond, 1),
    }

"""Renders an order and its path through the workflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from lab.console import render
from lab.shop.execution import Execution, Step

BAR_WIDTH = 28
NARROW = 76
COMPENSATIONS = frozenset({"ReleaseStock", "RefundPayment"})
MARKS = {
    "ok": Text("✔", style="green"),
    "caught": Text("✘", style="yellow"),
    "failed": Text("✘", style="red"),
    "running": Text("…", style="cyan"),
}
BAR_STYLES = {"ok": "green", "caught": "yellow", "failed": "red", "running": "cyan"}


@dataclass(frozen=True)
class Timeline:
    """The Task states of an execution, one a line, each with its bar on a time line.

    Narrow terminals get no bars.
    """

    execution: Execution

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Renders the table as wide as the terminal."""
        with_bar = options.max_width >= NARROW
        drawn = Table.grid(padding=(0, 2 if with_bar else 1), pad_edge=False)
        for justify in ("left", "left", "left", "right") if with_bar else ("left", "left", "right"):
            drawn.add_column(justify=justify, no_wrap=True)
        drawn.add_column(overflow="fold")
        for step in self.execution.tasks:
            drawn.add_row(*self._row(step, with_bar))
        yield drawn

    def _row(self, step: Step, with_bar: bool) -> list[RenderableType]:
        bars = Text(bar(step, self.execution), style=BAR_STYLES[step.outcome])
        duration = render.duration(step.duration)
        return [mark(step), step.name, *([bars] if with_bar else []), duration, remark(step)]


def timeline_of(execution: Execution) -> Timeline:
    """The Task states of an execution, ready to print."""
    return Timeline(execution)


def mark(step: Step) -> Text:
    """The mark of a step: done, compensated, failed or running."""
    if step.outcome == "ok" and step.name in COMPENSATIONS:
        return Text("↩", style="magenta")
    return MARKS[step.outcome]


def remark(step: Step) -> Text:
    """The error and the retries of a step; empty if there are none."""
    remarks = [step.errors[-1]] if step.outcome in {"caught", "failed"} and step.errors else []
    if step.retries:
        times = "once" if step.retries == 1 else f"{step.retries} times"
        remarks.append(f"tried again {times} ({', '.join(dict.fromkeys(step.errors))})")
    return Text(", ".join(remarks), style="dim")


def bar(step: Step, execution: Execution) -> str:
    """A bar of `BAR_WIDTH` characters that shows when the step ran within the execution."""
    if execution.started is None or execution.duration <= 0:
        return ""
    before = (step.started - execution.started).total_seconds() / execution.duration
    start = min(BAR_WIDTH - 1, round(before * BAR_WIDTH))
    length = max(1, round(step.duration / execution.duration * BAR_WIDTH))
    return (" " * start + "━" * length)[:BAR_WIDTH].ljust(BAR_WIDTH)


def arrows(path: Sequence[str]) -> Text:
    """The path on one line: `ValidateCart → ReserveStock → …`."""
    return Text(" → ").join(Text(name) for name in path)


def outcome(order: Mapping[str, Any]) -> Text:
    """The result of an order on one line: status, reason, total."""
    line = render.status(str(order["status"]))
    if rejection := order.get("rejection"):
        line += Text(f"  {rejection['code']}: {rejection['message']}")
    if order.get("total") and order["status"] == "CONFIRMED":
        line += Text(f"  {render.money(order['total'])}")
    return line


def receipt(order: Mapping[str, Any]) -> RenderableType:
    """An order with its lines and totals, as far as they are known."""
    head = Text(f"{order['orderId']}  ") + outcome(order)
    if not order.get("lines"):
        return head
    return Group(head, _lines(order["lines"]), _totals(order))


def _lines(lines: Sequence[Mapping[str, Any]]) -> RenderableType:
    columns = ("!SKU", "Product", ">Quantity", ">Each", ">Discount", ">Total")
    return render.table(columns, (_line(line) for line in lines))


def _line(line: Mapping[str, Any]) -> list[str]:
    return [
        str(line["sku"]),
        str(line.get("name", "")),
        str(line["quantity"]),
        render.money(line["unitPrice"]),
        render.money(line.get("discount")),
        render.money(line["total"]),
    ]


def _totals(order: Mapping[str, Any]) -> Table:
    drawn = Table.grid(padding=(0, 2))
    drawn.add_column()
    drawn.add_column(justify="right")
    for name in ("subtotal", "discount", "shipping", "tax", "total"):
        if name in order:
            style = "bold" if name == "total" else ""
            drawn.add_row(name.capitalize(), render.money(order[name]), style=style)
    drawn.add_row("Payment", str(order.get("payment", {}).get("status", "-")))
    return drawn

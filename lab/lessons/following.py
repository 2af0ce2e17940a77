"""An order that was followed to its end, as a lesson shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lab.console import render
from lab.console.drawing.shown import AMBER, BLUE, GREEN, RED, Shown
from lab.lessons.tabular import table
from lab.shop import order_views
from lab.shop.execution import Execution

COLOURS = {"CONFIRMED": GREEN, "REJECTED": AMBER, "FAILED": RED, "PENDING": BLUE}


@dataclass(frozen=True, repr=False)
class Followed(Shown):
    """An order that has ended, as GET /orders/{id} returns it, and its execution."""

    order: Mapping[str, Any]
    execution: Execution

    @property
    def order_id(self) -> str:
        """The order's id."""
        return str(self.order["orderId"])

    @property
    def status(self) -> str:
        """CONFIRMED, REJECTED or FAILED."""
        return str(self.order["status"])

    @property
    def path(self) -> tuple[str, ...]:
        """The names of the Task states, in order."""
        return self.execution.path

    def html(self) -> str:
        """The status, the lines and the totals."""
        colour = COLOURS.get(self.status, BLUE)
        reason = order_views.outcome(self.order).plain.removeprefix(self.status)
        head = f'<b style="color:{colour}">{self.status}</b>{reason} &nbsp; {self.order_id}'
        return f"<div>{head}</div>{table(_lines(self.order)).html() if self._priced else ''}"

    @property
    def _priced(self) -> bool:
        return bool(self.order.get("lines"))

    def text(self) -> str:
        """The receipt that `lab checkout` prints."""
        return render.printed(order_views.receipt(self.order))


def _lines(order: Mapping[str, Any]) -> list[dict[str, str]]:
    rows = [
        {
            "product": str(line.get("name") or line["sku"]),
            "quantity": str(line["quantity"]),
            "each": render.money(line["unitPrice"]),
            "total": render.money(line["total"]),
        }
        for line in order["lines"]
    ]
    sums = [name for name in ("discount", "shipping", "tax", "total") if name in order]
    return rows + [
        {"product": name, "quantity": "", "each": "", "total": render.money(order[name])}
        for name in sums
    ]

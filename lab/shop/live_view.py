"""Shows an execution while it runs: a live picture on a terminal, a line per state elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.live import Live

from lab.console import render
from lab.shop import order_views
from lab.shop.execution import Execution, Step
from lab.shop.purchase import Watcher


@contextmanager
def watching() -> Iterator[Watcher]:
    """Gives a function that draws each new state of an execution on stdout."""
    if not render.screen.is_terminal:
        yield _Lines().show
        return
    with Live(console=render.screen, refresh_per_second=8) as live:
        yield lambda execution: live.update(order_views.way(execution))


@dataclass
class _Lines:
    """Prints each state once, when it is over."""

    printed: int = 0

    def show(self, execution: Execution) -> None:
        over = [step for step in execution.tasks if step.outcome != "running"]
        for step in over[self.printed :]:
            render.screen.print(_line(step))
        self.printed = len(over)


def _line(step: Step) -> str:
    said = f"  {order_views.remark(step)}".rstrip()
    return f"{order_views.mark(step)} {step.name:<26}{render.duration(step.duration):>9}{said}"

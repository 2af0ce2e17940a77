"""Shows a running execution: a live table on a terminal, otherwise one line for each state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.live import Live

from lab.console import render
from lab.shop import order_views
from lab.shop.execution import Execution, Step
from lab.shop.purchase import ExecutionCallback


@contextmanager
def watching() -> Iterator[ExecutionCallback]:
    """Yields a function that shows the progress of an execution on stdout."""
    if not render.screen.is_terminal:
        yield _LogView().show
        return
    with Live(console=render.screen, refresh_per_second=8) as live:
        yield lambda execution: live.update(order_views.timeline_of(execution))


@dataclass
class _LogView:
    """Prints each state once, when it has ended."""

    printed: int = 0

    def show(self, execution: Execution) -> None:
        ended = [step for step in execution.tasks if step.outcome != "running"]
        for step in ended[self.printed :]:
            render.screen.print(_line(step))
        self.printed = len(ended)


def _line(step: Step) -> str:
    remark = f"  {order_views.remark(step)}".rstrip()
    return f"{order_views.mark(step)} {step.name:<26}{render.duration(step.duration):>9}{remark}"

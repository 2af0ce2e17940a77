"""Progress of long work: a spinner on a terminal, plain lines in a log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.progress import Progress as ProgressBar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from lab.console import render
from lab.core.progress import Progress

QUIET_S = 5.0


@contextmanager
def working(title: str) -> Iterator[Progress]:
    """Shows `title` while the block runs, and yields a function that shows a progress message.

    Writes to stderr only, so that stdout stays clean for data.
    """
    console = render.errors
    if not console.is_terminal:
        yield _LogProgress(title).print
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with ProgressBar(*columns, console=console, transient=True) as progress:
        task = progress.add_task(_description(title, ""))
        yield lambda message: progress.update(task, description=_description(title, message))


def _description(title: str, message: str) -> str:
    room = max(20, render.errors.width - len(title) - 20)
    text = Text(f"{title}  {_first_line(message)[:room]}")
    return text.markup


def _first_line(message: str) -> str:
    return message.strip().splitlines()[0] if message.strip() else ""


@dataclass
class _LogProgress:
    """Prints at most one line in `QUIET_S` seconds."""

    title: str
    printed_at: float = field(default_factory=time.monotonic)

    def print(self, message: str) -> None:
        if time.monotonic() - self.printed_at < QUIET_S:
            return
        self.printed_at = time.monotonic()
        render.errors.print(f"   {self.title}: {_first_line(message)}", style="dim", markup=False)

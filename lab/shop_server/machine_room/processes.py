"""Kills the processes that run the functions; the emulator starts new ones when they are needed."""

from __future__ import annotations

from collections import Counter

import psutil

from lab.core import run_state
from lab.core.errors import LabError
from lab.core.process_tree import function_of


def kill_functions() -> str:
    """Kills them all, and says which. Raises LabError if they are not processes of this lab."""
    known = run_state.load()
    emulator = known.process() if known else None
    if emulator is None:
        raise LabError(
            "The emulator was not started by this lab, so its functions are not ours to kill.",
            "In a container: `docker compose restart localstack` ends them all.",
        )
    killed = Counter(filter(None, map(_kill, emulator.children(recursive=True))))
    if not killed:
        return "No function was running: the next call starts one."
    named = ", ".join(f"{name} ({count})" for name, count in sorted(killed.items()))
    return f"Killed: {named}. The next call of each starts a new one by itself."


def _kill(process: psutil.Process) -> str | None:
    """The function whose process was killed; None for any other process."""
    name = function_of(process)
    if not name:
        return None
    try:
        process.kill()
    except psutil.Error:
        return None
    return name

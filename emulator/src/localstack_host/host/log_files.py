"""Keeps the emulator's earlier logs: the last words of one that died are worth reading."""

from __future__ import annotations

from pathlib import Path

KEPT = 5


def keep(log: Path) -> None:
    """Makes `emulator.log` `emulator.log.1`, that one `.2` and so on; the oldest goes.

    Its mode stays as it is. An empty log, and one that is not there, is not worth a place.
    """
    if not log.is_file() or not log.stat().st_size:
        return
    for number in range(KEPT, 1, -1):
        younger = numbered(log, number - 1)
        if younger.is_file():
            younger.replace(numbered(log, number))
    log.replace(numbered(log, 1))


def numbered(log: Path, number: int) -> Path:
    """Where the log is kept: the higher the number, the older it is."""
    return log.with_name(f"{log.name}.{number}")

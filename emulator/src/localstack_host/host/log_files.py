"""The emulator's logs: rotated, so that the log of an emulator that failed can still be read."""

from __future__ import annotations

from pathlib import Path

KEPT = 5
TAIL_LINES = 20


def rotate(log: Path) -> None:
    """Renames `emulator.log` to `emulator.log.1`, that to `.2` and so on; deletes the oldest.

    The modes are unchanged. An empty or missing log is not rotated.
    """
    if not log.is_file() or not log.stat().st_size:
        return
    for number in range(KEPT, 1, -1):
        younger = numbered(log, number - 1)
        if younger.is_file():
            younger.replace(numbered(log, number))
    log.replace(numbered(log, 1))


def numbered(log: Path, number: int) -> Path:
    """The path of a rotated log: the higher the number, the older it is."""
    return log.with_name(f"{log.name}.{number}")


def tail(log: Path) -> str:
    """The last lines of a log."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-TAIL_LINES:])
    except FileNotFoundError:
        return "(there is no log)"

"""Sets the command line that `ps` shows for a forked process: `lambda FUNCTION`."""

from __future__ import annotations

import ctypes

WORD = "lambda"


def show(function: str) -> None:
    """Overwrites the command line in memory, as Linux has no system call for that."""
    start, end = _place()
    room = end - start
    words = f"{WORD}\0{function}".encode()[: room - 1]
    ctypes.memmove(start, words.ljust(room, b"\0"), room)


def _place() -> tuple[int, int]:
    """Fields 48 and 49 of /proc/PID/stat. The second field is a name with any characters."""
    with open("/proc/self/stat") as file:  # noqa: PTH123
        fields = file.read().rpartition(")")[2].split()
    return int(fields[45]), int(fields[46])

"""What `ps` shows of a forked process: `lambda FUNCTION`, not the zygote's command line."""

from __future__ import annotations

import ctypes

WORD = "lambda"


def show(function: str) -> None:
    """Writes over the command line where the kernel reads it: Linux has no call for that."""
    start, end = _place()
    room = end - start
    words = f"{WORD}\0{function}".encode()[: room - 1]
    ctypes.memmove(start, words.ljust(room, b"\0"), room)


def _place() -> tuple[int, int]:
    """Fields 48 and 49 of /proc/PID/stat; the second field is a name that may hold anything."""
    with open("/proc/self/stat") as file:  # noqa: PTH123
        fields = file.read().rpartition(")")[2].split()
    return int(fields[45]), int(fields[46])

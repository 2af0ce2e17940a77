"""How much memory a function uses, with the programs that it started."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil


class Memory:
    """The memory of one process, in bytes.

    What a template has loaded beforehand counts, as if the process had loaded it: 20 MB more than
    in Lambda for a function that imports nothing, about the same for one that uses boto3.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.peak = 0

    def look(self) -> int:
        """The most that has been in use so far, also if it was freed before anybody looked."""
        with suppress(OSError, psutil.Error):
            started = sum(map(_resident, _descendants(self._pid)))
            self.peak = max(self.peak, _most_resident(self._pid) + started)
        return self.peak


def _most_resident(pid: int) -> int:
    if sys.platform != "linux":
        return _resident(pid)
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kilobytes = next((line.split()[1] for line in lines if line.startswith("VmHWM:")), "0")
    return int(kilobytes) * 1024


def _resident(pid: int) -> int:
    return int(psutil.Process(pid).memory_info().rss)


def _descendants(pid: int) -> Iterator[int]:
    """Looked up where the kernel lists children: a walk through all processes takes too long."""
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in file.read_text().split():
            yield int(child)
            yield from _descendants(int(child))

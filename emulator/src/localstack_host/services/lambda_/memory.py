"""How much memory a function uses, with the programs that it started."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

import psutil

from localstack_host.host.reaper import descendants


class Memory:
    """The memory of one function, in bytes. So many processes `above` its own are the emulator's.

    What a zygote has loaded beforehand counts, as if the process had loaded it: 20 MB more than
    in Lambda for a function that imports nothing, about the same for one that uses boto3.
    """

    def __init__(self, pid: int, above: int) -> None:
        self._pid = pid
        self._above = above
        self.peak = 0

    def look(self) -> int:
        """The most that has been in use so far, also if it was freed before anybody looked."""
        with suppress(OSError, psutil.Error):
            own, *started = [self._pid, *descendants(self._pid)][self._above :] or [self._pid]
            self.peak = max(self.peak, _most_resident(own) + sum(map(_resident, started)))
        return self.peak


def _most_resident(pid: int) -> int:
    if sys.platform != "linux":
        return _resident(pid)
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kilobytes = next((line.split()[1] for line in lines if line.startswith("VmHWM:")), "0")
    return int(kilobytes) * 1024


def _resident(pid: int) -> int:
    return int(psutil.Process(pid).memory_info().rss)

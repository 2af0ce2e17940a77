"""Measures the memory of a function, including the programs that it started."""

from __future__ import annotations

from contextlib import suppress

import psutil

from localstack_host.host import linux_features
from localstack_host.host.reaper import descendants


class Memory:
    """The memory of one function, in bytes. The first `above` processes are the emulator's.

    Modules that a zygote has preloaded are included: 20 MB more than in Lambda for a function
    without imports, about the same for one that uses boto3.
    """

    def __init__(self, pid: int, above: int) -> None:
        self._pid = pid
        self._above = above
        self.peak = 0

    def measure(self) -> int:
        """Updates and returns the peak; on Linux including memory that has been freed again."""
        with suppress(OSError, psutil.Error):
            pid, *descendant_pids = [self._pid, *descendants(self._pid)][self._above :] or [
                self._pid
            ]
            self.peak = max(self.peak, _peak_resident(pid) + sum(map(_resident, descendant_pids)))
        return self.peak


def _peak_resident(pid: int) -> int:
    if not linux_features.available():
        return _resident(pid)
    with open(f"/proc/{pid}/status", "rb", 0) as file:  # noqa: PTH123 - after each invocation
        _, _, peak = file.read().partition(b"VmHWM:")
    return int(peak.split(maxsplit=1)[0]) * 1024 if peak else 0


def _resident(pid: int) -> int:
    return int(psutil.Process(pid).memory_info().rss)

"""Measures the memory of a function, including the programs that it started.

It is measured after each invocation, so the kernel's files about the process stay open: to open one
takes several system calls, and a thread may lose the interpreter's lock at each.
"""

from __future__ import annotations

import os
import weakref
from contextlib import suppress

import psutil

from localstack_host.host import linux_features
from localstack_host.host.reaper import descendants

# Longer than these files are, but for the children of one that starts thousands of programs.
FILE_BYTES = 2**14
ONE_THREAD = b"\nThreads:\t1\n"


class Memory:
    """The memory of one function, in bytes. The first `above` processes are the emulator's.

    Modules that a zygote has preloaded are included: 20 MB more than in Lambda for a function
    without imports, about the same for one that uses boto3.
    """

    def __init__(self, pid: int, above: int) -> None:
        self._pid = pid
        self._above = above
        self._files: _ProcessFiles | None = None
        self.peak = 0

    def measure(self) -> int:
        """Updates and returns the peak; on Linux including memory that has been freed again."""
        with suppress(OSError, psutil.Error):
            self.peak = max(self.peak, self._now())
        return self.peak

    def _now(self) -> int:
        if self._files is not None:
            status = self._files.status()
            if ONE_THREAD in status and not self._files.children():
                return _peak_resident(status)
        processes = [self._pid, *descendants(self._pid)]
        pid, *others = processes[self._above :] or [self._pid]
        if self._files is None and linux_features.available() and len(processes) > self._above:
            self._files = _ProcessFiles(pid)
        own = _peak_resident(self._files.status()) if self._files else _resident(pid)
        return own + sum(map(_resident, others))


class _ProcessFiles:
    """The kernel's files about a process that exists; they are closed with this object."""

    def __init__(self, pid: int) -> None:
        self._status = self._opened(f"/proc/{pid}/status")
        self._children = self._opened(f"/proc/{pid}/task/{pid}/children")

    def _opened(self, path: str) -> int:
        descriptor = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, descriptor)
        return descriptor

    def status(self) -> bytes:
        """How many threads it has, and its memory. Raises OSError if it has ended."""
        return os.pread(self._status, FILE_BYTES, 0)

    def children(self) -> bytes:
        """The processes that its first thread has started, and that have not been reaped."""
        return os.pread(self._children, FILE_BYTES, 0)


def _peak_resident(status: bytes) -> int:
    peak = status.partition(b"VmHWM:")[2]
    return int(peak.split(maxsplit=1)[0]) * 1024 if peak else 0


def _resident(pid: int) -> int:
    return int(psutil.Process(pid).memory_info().rss)

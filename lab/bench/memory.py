"""How much memory the emulator and all the processes that it started occupy."""

from __future__ import annotations

from contextlib import suppress

import psutil

from lab.emulator import family


def occupied_mb(pid: int) -> float:
    """The family's memory in MB of 10^6 bytes.

    A page that several processes share counts once, in equal parts for each (the PSS of
    /proc/PID/smaps_rollup). Where the system does not tell, it is the memory that is a process's
    own (USS), which leaves the shared pages out.
    """
    return round(sum(map(_bytes, family.members(psutil.Process(pid)))) / 1e6, 1)


def _bytes(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        full = process.memory_full_info()
        return int(getattr(full, "pss", full.uss))
    return 0

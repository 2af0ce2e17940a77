"""How much memory the emulator and all the processes that it started occupy."""

from __future__ import annotations

import time
from contextlib import suppress

import psutil

from lab.core import process_tree

REST_S = 25.0  # an emulator that has nothing to do ends what is surplus in less
POLL_S = 1.0


def occupied_mb(pid: int) -> float:
    """The family's memory in MB of 10^6 bytes.

    A page that several processes share counts once, in equal parts for each (the PSS of
    /proc/PID/smaps_rollup). Where the system does not tell, it is the memory that is a process's
    own (USS), which leaves the shared pages out.
    """
    return round(sum(map(_bytes, process_tree.members(psutil.Process(pid)))) / 1e6, 1)


def at_rest_mb(pid: int, within_s: float = REST_S) -> float:
    """The least that the family occupies in the `within_s` seconds after its work."""
    deadline = time.monotonic() + within_s
    least = occupied_mb(pid)
    while time.monotonic() < deadline:
        time.sleep(POLL_S)
        least = min(least, occupied_mb(pid))
    return least


def _bytes(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        full = process.memory_full_info()
        return int(getattr(full, "pss", full.uss))
    return 0

"""Measures the memory of the emulator and of all processes that it started."""

from __future__ import annotations

import time
from contextlib import suppress

import psutil

from lab.core import process_tree

REST_S = 70.0  # an idle emulator ends surplus processes in less
POLL_S = 1.0


def occupied_mb(pid: int) -> float:
    """The memory of the process tree in MB (10^6 bytes).

    Uses PSS, which counts each shared page once, or USS (without shared pages) on systems without
    PSS.
    """
    return round(sum(map(_bytes, process_tree.members(psutil.Process(pid)))) / 1e6, 1)


def at_rest_mb(pid: int, within_s: float = REST_S) -> float:
    """The minimum of `occupied_mb` in the next `within_s` seconds."""
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

"""The emulator's process and its descendants."""

from __future__ import annotations

import time
from contextlib import suppress

import psutil

from localstack_host.host.run_state import is_alive

TIMEOUT_S = 5.0
POLL_S = 0.05


def end(process: psutil.Process) -> None:
    """Kills the emulator, whose state has been saved: a regular stop takes seconds.

    Its reaper then ends its children; processes that are left after that are killed here.
    """
    processes = members(process)
    _kill(process)
    for survivor in _still_alive(processes):
        _kill(survivor)
    _still_alive(processes)


def memory_mb(process: psutil.Process) -> float:
    """The memory of all members in MB of 10^6 bytes; on Linux shared memory counts once."""
    total = 0
    for member in members(process):
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            full = member.memory_full_info()
            total += getattr(full, "pss", full.rss)
    return total / 1e6


def processor_s(process: psutil.Process) -> float:
    """The processor time of all members in seconds, including ended children."""
    total = 0.0
    for member in members(process):
        with suppress(psutil.NoSuchProcess):
            times = member.cpu_times()
            total += times.user + times.system
            total += getattr(times, "children_user", 0) + getattr(times, "children_system", 0)
    return total


def members(process: psutil.Process) -> list[psutil.Process]:
    """The process and its current descendants."""
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _still_alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """The processes that have not ended within TIMEOUT_S."""
    deadline = time.monotonic() + TIMEOUT_S
    while (alive := [member for member in processes if is_alive(member)]) and (
        time.monotonic() < deadline
    ):
        time.sleep(POLL_S)
    return alive


def _kill(process: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):
        process.kill()

"""A process and those that it started: their memory, their processor time, their end."""

from __future__ import annotations

import time
from contextlib import suppress

import psutil

from lab.core.run_state import is_alive

TIMEOUT_S = 5.0
POLL_S = 0.05


def end(process: psutil.Process) -> None:
    """Kills an emulator that keeps nothing: its own way of stopping takes seconds.

    Its reaper then ends its children; whatever is left after that is killed from here.
    """
    family = members(process)
    _kill(process)
    for survivor in _still_alive(family):
        _kill(survivor)
    _still_alive(family)


def memory_mb(process: psutil.Process) -> float:
    """What the family occupies, in MB of 10^6 bytes; memory that is shared counts once on Linux."""
    total = 0
    for member in members(process):
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            full = member.memory_full_info()
            total += getattr(full, "pss", full.rss)
    return total / 1e6


def processor_s(process: psutil.Process) -> float:
    """The processor time that the family has used, in seconds, its dead included."""
    total = 0.0
    for member in members(process):
        with suppress(psutil.NoSuchProcess):
            times = member.cpu_times()
            total += times.user + times.system
            total += getattr(times, "children_user", 0) + getattr(times, "children_system", 0)
    return total


def members(process: psutil.Process) -> list[psutil.Process]:
    """The process and its descendants, as they are now."""
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def function_of(process: psutil.Process) -> str | None:
    """The name of the function that a process of the emulator runs; None if it runs none.

    The emulator gives such a process the command line `lambda NAME`. Where it cannot (outside
    Linux), the environment of the process says the name.
    """
    try:
        words = process.cmdline()
        if words[:1] == ["lambda"]:
            return words[1]
        return process.environ().get("AWS_LAMBDA_FUNCTION_NAME")
    except psutil.Error:
        return None


def _still_alive(family: list[psutil.Process]) -> list[psutil.Process]:
    """Those that have not ended in time."""
    deadline = time.monotonic() + TIMEOUT_S
    while (alive := [member for member in family if is_alive(member)]) and (
        time.monotonic() < deadline
    ):
        time.sleep(POLL_S)
    return alive


def _kill(process: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):
        process.kill()

"""The process that writes a state: a copy of the emulator at one moment, with one thread."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

NICE = 5
TIMEOUT_S = 60
REPORT_BYTES = 4000
TITLE = b"localstack-host\0saves\0"


def run(report: int, work: Callable[[], None]) -> NoReturn:
    """Does the work in a child that was just forked, and ends it. Failures go to the pipe.

    No other thread of the emulator exists here, so nothing may wait for a lock that one had.
    """
    status = 1
    try:
        gc.disable()  # would copy the memory that the two processes share
        _become_recognizable()
        os.nice(NICE)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.alarm(TIMEOUT_S)
        _close_others(report)
        work()
        status = 0
    except BaseException as error:
        with suppress(OSError):
            os.write(report, str(error or repr(error)).encode()[:REPORT_BYTES])
    finally:
        os._exit(status)


def result(child: int, reading: int) -> None:
    """Waits for a child. Raises OSError with what it has reported, if it has failed."""
    with os.fdopen(reading, "rb") as reports:
        reported = reports.read().decode(errors="replace")
    _, status = os.waitpid(child, 0)
    if status:
        code = os.waitstatus_to_exitcode(status)
        raise OSError(reported or f"the process that writes the state ended with {code}")


def _become_recognizable() -> None:
    """Changes the command line, by which an emulator that runs is found.

    Linux has no system call for that: it is overwritten in memory, at the addresses that stand in
    fields 48 and 49 of /proc/PID/stat. The second field is a name with any characters.
    """
    if sys.platform != "linux":
        return
    with open("/proc/self/stat") as file:  # noqa: PTH123
        fields = file.read().rpartition(")")[2].split()
    start, end = int(fields[45]), int(fields[46])
    ctypes.memmove(start, TITLE[: end - start].ljust(end - start, b"\0"), end - start)


def _close_others(report: int) -> None:
    """Closes sockets and pipes: their other ends would not see that the emulator closes them."""
    for descriptor in _descriptors():
        if descriptor <= 2 or descriptor == report:
            continue
        with suppress(OSError):
            mode = os.fstat(descriptor).st_mode
            if stat.S_ISSOCK(mode) or stat.S_ISFIFO(mode):
                os.close(descriptor)


def _descriptors() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc/self/fd")]  # noqa: PTH208
    except FileNotFoundError:
        return list(range(3, 4096))

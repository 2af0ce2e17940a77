"""Whether the emulator uses what only Linux has, and the mode in which it uses none of that.

macOS has no process file system, process descriptors, namespaces and sequenced-packet sockets, and
its system libraries do not support fork. The portable mode makes the emulator do on Linux what it
does there, so that this is tested without a Mac: features that macOS does not have are hidden.
"""

from __future__ import annotations

import errno
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

from localstack_host.host.wrapper import variable

SWITCH = variable("PORTABLE")
"""With the value 1 no feature of Linux is used."""

MISSING: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (os, ("eventfd", "memfd_create", "pidfd_open", "setns", "timerfd_create", "unshare")),
    (select, ("epoll",)),
    (signal, ("pidfd_send_signal",)),
)
FORKS = ("os.fork", "os.forkpty")
READS = ("open", "os.listdir", "os.scandir")
PROCESS_FILES = "/proc"
ALLOWED = "psutil"
"""It reads the process file system only on Linux: it has other sources on macOS."""
OWN = ("localstack_host", "embedded_dynamodb")

Report = Callable[[str], object]


def available() -> bool:
    """Whether this is Linux, and not the portable mode."""
    return sys.platform == "linux" and os.environ.get(SWITCH) != "1"


def hide(report: Report) -> None:
    """Hides Linux's features from this process for good, as they are missing on macOS.

    `report` gets a line for each attempt of this project's own code to use one.
    """
    for module, names in MISSING:
        for name in names:
            if hasattr(module, name):
                delattr(module, name)

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if error := _error(event, arguments):
            if caller := _own_caller():
                report(f"Portable mode: {caller} has used {event} {arguments}")
            raise error

    sys.addaudithook(refuse)


def _error(event: str, arguments: tuple[Any, ...]) -> OSError | None:
    """The error of a call that would fail on macOS."""
    if event in FORKS:
        return OSError(errno.ENOSYS, "fork is not safe on macOS, and not used in portable mode")
    if event in READS and _is_process_file(arguments[0]) and not _is_called_by(ALLOWED):
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), arguments[0])
    if event == "socket.__new__" and arguments[1:3] == (socket.AF_UNIX, socket.SOCK_SEQPACKET):
        return OSError(errno.EPROTONOSUPPORT, os.strerror(errno.EPROTONOSUPPORT))
    return None


def _is_process_file(path: object) -> bool:
    text = os.fsdecode(path) if isinstance(path, bytes) else path
    return isinstance(text, str) and (text + "/").startswith(PROCESS_FILES + "/")


def _is_called_by(package: str) -> bool:
    return package in _callers()


def _own_caller() -> str | None:
    return next((package for package in _callers() if package in OWN), None)


def _callers() -> list[str]:
    """The packages of the functions that are running in this thread, the latest first."""
    packages = []
    frame = sys._getframe()
    while frame.f_back:
        frame = frame.f_back
        packages.append(str(frame.f_globals.get("__name__", "")).partition(".")[0])
    return packages

"""Finds free ports, and the process that listens on a port."""

from __future__ import annotations

import errno
import socket
import time

import psutil

from localstack_host.host.errors import HostError
from localstack_host.host.wrapper import START

HOST = "127.0.0.1"
GRACE_S = 1.0
POLL_S = 0.05


def require_free(port: int) -> None:
    """Raises HostError, which names a free port, if no server could listen on this one."""
    try:
        if _becomes_free(port):
            return
    except OSError as error:
        raise HostError(
            f"Port {port} cannot be used: {error.strerror}.", f"Choose another: {START} --port 4666"
        ) from error
    raise HostError(
        f"Port {port} is taken by {holder(port)}.",
        f"End that process, or choose another port: {START} --port {any_free()}",
    )


def _becomes_free(port: int) -> bool:
    """Waits a moment: an emulator that was just killed may still hold its port."""
    deadline = time.monotonic() + GRACE_S
    while not (free := is_free(port)) and time.monotonic() < deadline:
        time.sleep(POLL_S)
    return free


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address.

    Raises PermissionError for a port that this user may not listen on.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def any_free() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def holder(port: int) -> str:
    """Who listens on the port: `name (pid 123)`, or "another process" if that is not visible."""
    for process in psutil.process_iter(["name", "pid"]):
        if port in _listening(process):
            return f"{process.info['name']} (pid {process.info['pid']})"
    return "another process"


def _listening(process: psutil.Process) -> set[int]:
    try:
        connections = process.net_connections("tcp")
    except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
        return set()
    return {c.laddr.port for c in connections if c.status == psutil.CONN_LISTEN}

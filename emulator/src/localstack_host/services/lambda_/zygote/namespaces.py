"""Process namespaces: all processes that a function has started end with it.

Each namespace has a first process, which does nothing. When that ends, the kernel kills all others.
It ends when all holders of its lifeline, a pipe, have closed it: so functions end with a killed
zygote. It is forked in advance from a small process, the factory, as forking a zygote takes
milliseconds.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from localstack_host.services.lambda_.zygote.system_calls import adopt_orphans

if sys.platform == "linux":
    OWN = os.CLONE_NEWNS | os.CLONE_NEWPID | os.CLONE_NEWIPC
    INSIDE = os.CLONE_NEWNS | os.CLONE_NEWIPC
# The start of a function has priority over the preparation of the next namespace.
NICE = 10
NUMBER = struct.Struct("i")
ANOTHER = b"1"


@dataclass(frozen=True)
class Namespace:
    """The descriptors of the first process and of its lifeline."""

    first: int
    lifeline: int

    def for_children(self) -> None:
        """Places future children of this process in the namespace."""
        os.setns(self.first, os.CLONE_NEWPID)

    def enter(self) -> None:
        """Called in such a child: enters the mount namespace, too, and closes the descriptors."""
        os.setns(self.first, INSIDE)
        self.close()

    def end(self) -> None:
        """Kills every process in the namespace."""
        signal.pidfd_send_signal(self.first, signal.SIGKILL)
        self.close()

    def close(self) -> None:
        """Closes the descriptors. The namespace ends if no other process holds the lifeline."""
        os.close(self.first)
        os.close(self.lifeline)


def make(prepare: Callable[[], None]) -> Namespace:
    """Creates a namespace, and calls `prepare` in its first process. Raises OSError."""
    reader, writer = os.pipe()
    ending, lifeline = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(lifeline)
            _make_first(prepare, writer, ending)
        finally:
            os._exit(1)
    os.close(writer)
    os.close(ending)
    with suppress(ChildProcessError):  # the factory's children are reaped by the kernel
        os.waitpid(pid, 0)
    number = os.read(reader, NUMBER.size)
    os.close(reader)
    if not number:
        os.close(lifeline)
        raise OSError("The first process of a namespace has failed.")
    return Namespace(os.pidfd_open(NUMBER.unpack(number)[0]), lifeline)


def _make_first(prepare: Callable[[], None], writer: int, ending: int) -> None:
    os.unshare(OWN)
    ready, write_end = os.pipe()
    first = os.fork()
    if first == 0:
        os.close(ready)
        prepare()
        os.write(write_end, ANOTHER)
        _wait(ending)
    os.close(write_end)
    if os.read(ready, 1):
        os.write(writer, NUMBER.pack(first))
    os._exit(0)


def _wait(ending: int) -> None:
    """Waits for the end of the lifeline. Orphans become children, which the kernel reaps."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.dup2(ending, 0)
    os.closerange(1, os.sysconf("SC_OPEN_MAX"))
    os.read(0, 1)
    os._exit(0)


class NamespaceFactory:
    """The connection to the small process that creates namespaces. Zygotes share it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    @classmethod
    def start(cls, prepare: Callable[[], None], *others: socket.socket) -> NamespaceFactory:
        """Forks the factory, which closes `others`, and ends with the last zygote."""
        own_end, factory_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            for each in (own_end, *others):
                each.close()
            _serve(factory_end, prepare)
        factory_end.close()
        own_end.send(ANOTHER)
        return cls(own_end)

    def take(self) -> Namespace:
        """Returns an unused namespace, and requests the next. Raises OSError if there is none."""
        _, passed, *_ = socket.recv_fds(self._connection, 1, 2)
        self._connection.send(ANOTHER)
        if len(passed) != 2:
            raise OSError("No process namespace can be made.")
        return Namespace(*passed)

    def close(self) -> None:
        """Closes the connection, in a function's process."""
        self._connection.close()


def _serve(connection: socket.socket, prepare: Callable[[], None]) -> None:
    """Serves requests. First processes become children of this process, as their parent ends."""
    os.nice(NICE)
    adopt_orphans()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        while connection.recv(1):
            _send_one(connection, prepare)
    finally:
        os._exit(0)


def _send_one(connection: socket.socket, prepare: Callable[[], None]) -> None:
    try:
        namespace = make(prepare)
    except OSError:
        connection.send(ANOTHER)
        return
    socket.send_fds(connection, [ANOTHER], [namespace.first, namespace.lifeline])
    namespace.close()

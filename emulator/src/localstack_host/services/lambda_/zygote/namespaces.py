"""Process namespaces: what a function started ends with it, whatever it did to get away.

Each has a first process, which does nothing. When that ends, the kernel ends all others. It ends
when nobody holds the other end of its lifeline any more: a killed zygote takes its functions
along. It is a copy of a small process, the nursery, and made before it is needed: to copy a
zygote takes milliseconds.
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
# The next function's namespace can wait for this one's start.
NICE = 10
NUMBER = struct.Struct("i")
ANOTHER = b"1"


@dataclass(frozen=True)
class Namespace:
    """The first process, as a descriptor of it, and its lifeline."""

    first: int
    lifeline: int

    def for_children(self) -> None:
        """Those that this process forks from now on are in the namespace."""
        os.setns(self.first, os.CLONE_NEWPID)

    def enter(self) -> None:
        """In such a child: its mounts too. The child holds nothing of it any more."""
        os.setns(self.first, INSIDE)
        self.let_go()

    def end(self) -> None:
        """Ends every process that is in it."""
        signal.pidfd_send_signal(self.first, signal.SIGKILL)
        self.let_go()

    def let_go(self) -> None:
        """Without ending it, as long as somebody else holds the lifeline."""
        os.close(self.first)
        os.close(self.lifeline)


def make(prepare: Callable[[], None]) -> Namespace:
    """A new one, in which the first process has done `prepare`. Raises OSError."""
    told, tell = os.pipe()
    ending, lifeline = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(lifeline)
            _make_first(prepare, tell, ending)
        finally:
            os._exit(1)
    os.close(tell)
    os.close(ending)
    with suppress(ChildProcessError):  # the nursery buries its children unseen
        os.waitpid(pid, 0)
    number = os.read(told, NUMBER.size)
    os.close(told)
    if not number:
        os.close(lifeline)
        raise OSError("The first process of a namespace has failed.")
    return Namespace(os.pidfd_open(NUMBER.unpack(number)[0]), lifeline)


def _make_first(prepare: Callable[[], None], tell: int, ending: int) -> None:
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
        os.write(tell, NUMBER.pack(first))
    os._exit(0)


def _wait(ending: int) -> None:
    """Who has lost their parent become children of the first process, and are buried unseen."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.dup2(ending, 0)
    os.closerange(1, os.sysconf("SC_OPEN_MAX"))
    os.read(0, 1)
    os._exit(0)


class Nursery:
    """The way to the small process that makes namespaces. Zygotes share it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    @classmethod
    def start(cls, prepare: Callable[[], None], *others: socket.socket) -> Nursery:
        """Forks it off; it closes `others`, and ends with the last zygote."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            for each in (ours, *others):
                each.close()
            _serve(theirs, prepare)
        theirs.close()
        ours.send(ANOTHER)
        return cls(ours)

    def take(self) -> Namespace:
        """One that nobody has had; orders the next. Raises OSError if there will be none."""
        _, passed, *_ = socket.recv_fds(self._connection, 1, 2)
        self._connection.send(ANOTHER)
        if len(passed) != 2:
            raise OSError("No process namespace can be made.")
        return Namespace(*passed)

    def close(self) -> None:
        """In a function's process."""
        self._connection.close()


def _serve(connection: socket.socket, prepare: Callable[[], None]) -> None:
    """First processes lose their parent at once, and stay in the family as children of this one."""
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
        made = make(prepare)
    except OSError:
        connection.send(ANOTHER)
        return
    socket.send_fds(connection, [ANOTHER], [made.first, made.lifeline])
    made.let_go()

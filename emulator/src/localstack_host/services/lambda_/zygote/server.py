"""The zygote's ear: it forks when it is asked to, and says how its children end.

It has one thread, and forks only from there; the sockets that it holds are closed in the child.

A zygote that starts functions forks each into a namespace of its own, and cannot fork into its
own any more. So the first zygote forks other zygotes only.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass

from localstack_host.host.reaper import descendants
from localstack_host.services.lambda_.zygote.child import Task
from localstack_host.services.lambda_.zygote.launch import (
    MAX_BYTES,
    Ended,
    Launch,
    Message,
    Reap,
    Retire,
    Split,
    Start,
    Started,
    decode,
    encode,
)
from localstack_host.services.lambda_.zygote.namespaces import Namespace, Nursery


@dataclass(frozen=True)
class ChildZygote:
    """What a child is to become instead of a function: a zygote that serves this connection."""

    connection: socket.socket
    launch: Launch


@dataclass(frozen=True)
class Child:
    """A process that was forked here: a descriptor of it, and what ends with it."""

    pidfd: int
    namespace: Namespace | None


class Server:
    """Serves one connection until it closes. Without a nursery functions are not confined."""

    def __init__(self, connection: socket.socket, nursery: Nursery | None) -> None:
        self._connection = connection
        self._nursery = nursery
        self._children: dict[int, Child] = {}
        self._retired = False
        self._selector = selectors.DefaultSelector()
        self._selector.register(connection, selectors.EVENT_READ)

    def serve(self) -> Task | ChildZygote | None:
        """Returns in a child, with what it is to become; in the zygote at its end, with None."""
        while self._children or not self._retired:
            for key, _ in self._selector.select():
                if key.data is not None:
                    self._report_end(key.data)
                    continue
                datagram, passed, *_ = socket.recv_fds(self._connection, MAX_BYTES, 1)
                if not datagram:
                    return None
                task = self._obey(decode(datagram), passed)
                if task is not None:
                    return task
        return None

    def _obey(self, message: Message, passed: list[int]) -> Task | ChildZygote | None:
        match message:
            case Start(launch):
                return self._start(launch)
            case Split(launch):
                return self._split(launch, passed[0])
            case Reap(pid):
                self._bury(pid)
            case Retire():
                self._retired = True
        return None

    def _start(self, launch: Launch) -> Task | None:
        namespace = self._nursery.take() if self._nursery else None
        if namespace:
            namespace.for_children()
        if not self._fork(namespace):
            return None
        if self._nursery:
            self._nursery.close()
        return Task(launch, namespace)

    def _split(self, launch: Launch, descriptor: int) -> ChildZygote | None:
        """The connection of the new zygote stays open only there."""
        if self._fork(keep=descriptor):
            return ChildZygote(socket.socket(fileno=descriptor), launch)
        os.close(descriptor)
        return None

    def _fork(self, namespace: Namespace | None = None, keep: int | None = None) -> bool:
        """True in the child, which has left everything behind that belongs to its parent."""
        pid = os.fork()
        if pid == 0:
            self._leave(keep)
            return True
        pidfd = os.pidfd_open(pid)
        self._children[pid] = Child(pidfd, namespace)
        self._selector.register(pidfd, selectors.EVENT_READ, pid)
        self._send(Started(pid))
        return False

    def _leave(self, keep: int | None) -> None:
        os.setsid()
        self._selector.close()
        self._connection.close()
        for child in self._children.values():
            os.close(child.pidfd)
            if child.namespace:
                child.namespace.let_go()
        self._children.clear()
        if keep is not None:
            os.set_inheritable(keep, False)

    def _report_end(self, pid: int) -> None:
        """The process stays a zombie until it is buried: nobody else gets its number."""
        child = self._children[pid]
        self._selector.unregister(child.pidfd)
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert ended is not None  # noqa: S101 - only with WNOHANG
        self._end_what_it_started(pid, child)
        by_itself = ended.si_code == os.CLD_EXITED
        self._send(Ended(pid, ended.si_status if by_itself else -ended.si_status))

    def _end_what_it_started(self, pid: int, child: Child) -> None:
        if child.namespace:
            child.namespace.end()
            self._children[pid] = Child(child.pidfd, None)
        elif not self._nursery:
            self._end_orphans()

    def _end_orphans(self) -> None:
        """Without a namespace they have become this process's children."""
        while orphans := [one for one in _children() if one not in self._children]:
            for orphan in orphans:
                for one in (*descendants(orphan), orphan):
                    with suppress(ProcessLookupError, PermissionError):
                        os.kill(one, signal.SIGKILL)
                os.waitpid(orphan, 0)

    def _bury(self, pid: int) -> None:
        os.waitpid(pid, 0)
        os.close(self._children.pop(pid).pidfd)

    def _send(self, message: Message) -> None:
        self._connection.send(encode(message))


def _children() -> list[int]:
    with open(f"/proc/{os.getpid()}/task/{os.getpid()}/children") as file:  # noqa: PTH123
        return [int(number) for number in file.read().split()]

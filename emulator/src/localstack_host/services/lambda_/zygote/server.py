"""The zygote's message loop: forks on request, and reports the ends of its children.

It has one thread, and forks only from there. Its sockets are closed in the child.

A zygote that forks functions into namespaces of their own can no longer fork into its own
namespace. So the first zygote forks only other zygotes.
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
from localstack_host.services.lambda_.zygote.namespaces import Namespace, NamespaceFactory


@dataclass(frozen=True)
class ChildZygote:
    """The task of a child that becomes a zygote, which serves this connection."""

    connection: socket.socket
    launch: Launch


@dataclass(frozen=True)
class Child:
    """A forked process: its descriptor, and the namespace that ends with it."""

    pidfd: int
    namespace: Namespace | None


class Server:
    """Serves one connection until it closes. Without a factory, functions are not confined."""

    def __init__(self, connection: socket.socket, factory: NamespaceFactory | None) -> None:
        self._connection = connection
        self._factory = factory
        self._children: dict[int, Child] = {}
        self._retired = False
        self._selector = selectors.DefaultSelector()
        self._selector.register(connection, selectors.EVENT_READ)

    def serve(self) -> Task | ChildZygote | None:
        """Returns the task in a child, and None in the zygote when it ends."""
        while self._children or not self._retired:
            for key, _ in self._selector.select():
                if key.data is not None:
                    self._report_end(key.data)
                    continue
                datagram, passed, *_ = socket.recv_fds(self._connection, MAX_BYTES, 1)
                if not datagram:
                    return None
                task = self._handle(decode(datagram), passed)
                if task is not None:
                    return task
        return None

    def _handle(self, message: Message, passed: list[int]) -> Task | ChildZygote | None:
        match message:
            case Start(launch):
                return self._start(launch)
            case Split(launch):
                return self._split(launch, passed[0])
            case Reap(pid):
                self._reap(pid)
            case Retire():
                self._retired = True
        return None

    def _start(self, launch: Launch) -> Task | None:
        namespace = self._factory.take() if self._factory else None
        if namespace:
            namespace.for_children()
        if not self._fork(namespace):
            return None
        if self._factory:
            self._factory.close()
        return Task(launch, namespace)

    def _split(self, launch: Launch, descriptor: int) -> ChildZygote | None:
        """Forks a zygote. Its connection stays open only in the child."""
        if self._fork(keep=descriptor):
            return ChildZygote(socket.socket(fileno=descriptor), launch)
        os.close(descriptor)
        return None

    def _fork(self, namespace: Namespace | None = None, keep: int | None = None) -> bool:
        """Forks. Returns True in the child, which has closed the descriptors of its parent."""
        pid = os.fork()
        if pid == 0:
            self._close_inherited(keep)
            return True
        pidfd = os.pidfd_open(pid)
        self._children[pid] = Child(pidfd, namespace)
        self._selector.register(pidfd, selectors.EVENT_READ, pid)
        self._send(Started(pid))
        return False

    def _close_inherited(self, keep: int | None) -> None:
        os.setsid()
        self._selector.close()
        self._connection.close()
        for child in self._children.values():
            os.close(child.pidfd)
            if child.namespace:
                child.namespace.close()
        self._children.clear()
        if keep is not None:
            os.set_inheritable(keep, False)

    def _report_end(self, pid: int) -> None:
        """Reports an end. The process stays a zombie until `_reap`, to prevent reuse of its ID."""
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
        elif not self._factory:
            self._end_orphans()

    def _end_orphans(self) -> None:
        """Kills orphans, which are this process's children without a namespace."""
        while orphans := [one for one in _children() if one not in self._children]:
            for orphan in orphans:
                for one in (*descendants(orphan), orphan):
                    with suppress(ProcessLookupError, PermissionError):
                        os.kill(one, signal.SIGKILL)
                os.waitpid(orphan, 0)

    def _reap(self, pid: int) -> None:
        os.waitpid(pid, 0)
        os.close(self._children.pop(pid).pidfd)

    def _send(self, message: Message) -> None:
        self._connection.send(encode(message))


def _children() -> list[int]:
    with open(f"/proc/{os.getpid()}/task/{os.getpid()}/children") as file:  # noqa: PTH123
        return [int(number) for number in file.read().split()]

"""The template's ear: it forks when it is asked to, and says how its children end.

It has one thread, and forks only from there; the sockets that it holds are closed in the child.
"""

from __future__ import annotations

import os
import selectors
import socket
from dataclasses import dataclass

from lab.emulator.lambda_executor.template.launch import (
    MAX_BYTES,
    Bury,
    Ended,
    Launch,
    Message,
    Retire,
    Split,
    Start,
    Started,
    decode,
    encode,
)


@dataclass(frozen=True)
class Offshoot:
    """What a child is to become instead of a function: a template that serves this connection."""

    connection: socket.socket
    search: tuple[str, ...]


class Server:
    """Serves one connection until it closes."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._children: dict[int, int] = {}  # process id -> pidfd
        self._retired = False
        self._selector = selectors.DefaultSelector()
        self._selector.register(connection, selectors.EVENT_READ)

    def serve(self) -> Launch | Offshoot | None:
        """Returns in a child, with what it is to become; in the template at its end, with None."""
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

    def _obey(self, message: Message, passed: list[int]) -> Launch | Offshoot | None:
        match message:
            case Start(launch):
                return launch if self._fork() else None
            case Split(search):
                return self._split(search, passed[0])
            case Bury(pid):
                self._bury(pid)
            case Retire():
                self._retired = True
        return None

    def _split(self, search: tuple[str, ...], descriptor: int) -> Offshoot | None:
        """The connection of the new template stays open only there."""
        if self._fork(keep=descriptor):
            return Offshoot(socket.socket(fileno=descriptor), search)
        os.close(descriptor)
        return None

    def _fork(self, keep: int | None = None) -> bool:
        """True in the child, which has left everything behind that belongs to its parent."""
        pid = os.fork()
        if pid == 0:
            self._leave(keep)
            return True
        pidfd = os.pidfd_open(pid)
        self._children[pid] = pidfd
        self._selector.register(pidfd, selectors.EVENT_READ, pid)
        self._send(Started(pid))
        return False

    def _leave(self, keep: int | None) -> None:
        os.setsid()
        self._selector.close()
        self._connection.close()
        for pidfd in self._children.values():
            os.close(pidfd)
        self._children.clear()
        if keep is not None:
            os.set_inheritable(keep, False)

    def _report_end(self, pid: int) -> None:
        """The process stays a zombie until it is buried: nobody else gets its number."""
        self._selector.unregister(self._children[pid])
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert ended is not None  # noqa: S101 - only with WNOHANG
        by_itself = ended.si_code == os.CLD_EXITED
        self._send(Ended(pid, ended.si_status if by_itself else -ended.si_status))

    def _bury(self, pid: int) -> None:
        os.waitpid(pid, 0)
        os.close(self._children.pop(pid))

    def _send(self, message: Message) -> None:
        self._connection.send(encode(message))

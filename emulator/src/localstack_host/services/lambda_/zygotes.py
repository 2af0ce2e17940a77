"""The zygote processes of this emulator, and the function processes forked from them."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections import OrderedDict
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import astuple
from queue import SimpleQueue

from localstack_host.host import linux_features, paths
from localstack_host.host.reaper import REAPER, kill_group
from localstack_host.host.settings import FUNCTIONS_BOTOCORE, LAMBDA_FORK
from localstack_host.services.lambda_.interpreter import OPTIONS, python
from localstack_host.services.lambda_.zygote import DIRECT_CALLS
from localstack_host.services.lambda_.zygote.confinement import Machine
from localstack_host.services.lambda_.zygote.launch import (
    MAX_BYTES,
    Ended,
    Launch,
    Message,
    Ready,
    Reap,
    Retire,
    Split,
    Start,
    Started,
    decode,
    encode,
)

# With the value 0 every function starts on a new interpreter.
SWITCH = LAMBDA_FORK.variable
KEPT = 4
STARTED_WITHIN_S = 60.0
KILLED = -9
ENVIRONMENT = {"PYTHONPATH": str(paths.SOURCES), "LANG": "en_US.UTF-8", "TZ": ":UTC"}


class ZygoteGoneError(Exception):
    """The zygote has ended."""


class ForkedProcess:
    """A process that a zygote has forked. Its ID is not reused until `reap`."""

    above = 0

    def __init__(self, zygote: Zygote, pid: int) -> None:
        self.pid = pid
        self._zygote = zygote
        self._status: Future[int] = Future()

    def wait(self) -> int:
        """Waits for the end. Returns the exit code, or minus the number of the signal."""
        return self._status.result()

    def reap(self) -> None:
        """Reaps the process; then its ID may be reused."""
        with suppress(ZygoteGoneError):
            self._zygote.send(Reap(self.pid))

    def ended(self, status: int) -> None:
        """Called when the zygote reports the end."""
        self._status.set_result(status)


class Zygote:
    """The connection to one zygote process."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._requesting = threading.Lock()
        self._responses: SimpleQueue[int | None] = SimpleQueue()
        self._children: dict[int, ForkedProcess] = {}
        self._ended_early: dict[int, int] = {}
        self._confined: Future[bool] = Future()
        self._table = threading.Lock()
        threading.Thread(target=self._listen, name="lambda-zygote", daemon=True).start()

    @property
    def confined(self) -> bool:
        """Whether its functions are confined. Raises ZygoteGoneError."""
        return self._confined.result()

    def start(self, launch: Launch) -> ForkedProcess:
        """Forks a function's process. Raises ZygoteGoneError."""
        return self._adopt(self._request(Start(launch)))

    def split(self, launch: Launch) -> Zygote:
        """Forks another zygote, which preloads the libraries of this function."""
        own_end, child_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with child_end:
            child = self._adopt(self._request(Split(launch), child_end))
        _follow(child)
        return Zygote(own_end)

    def retire(self) -> None:
        """Makes the process end when its children have ended."""
        with suppress(ZygoteGoneError):
            self.send(Retire())

    def send(self, message: Message, *passed: socket.socket) -> None:
        """Sends a message. Raises ZygoteGoneError."""
        try:
            descriptors = [each.fileno() for each in passed]
            socket.send_fds(self._connection, [encode(message)], descriptors)
        except OSError as error:
            raise ZygoteGoneError from error

    def _request(self, message: Message, *passed: socket.socket) -> int:
        with self._requesting:
            self.send(message, *passed)
            pid = self._responses.get()
        if pid is None:
            self._responses.put(None)
            raise ZygoteGoneError
        return pid

    def _adopt(self, pid: int) -> ForkedProcess:
        """Registers a child, which may have ended before its ID arrived."""
        child = ForkedProcess(self, pid)
        with self._table:
            if pid in self._ended_early:
                child.ended(self._ended_early.pop(pid))
            else:
                self._children[pid] = child
        return child

    def _listen(self) -> None:
        while datagram := self._receive():
            match decode(datagram):
                case Ready(confined):
                    self._confined.set_result(confined)
                case Started(pid):
                    self._responses.put(pid)
                case Ended(pid, status):
                    self._record_end(pid, status)
        self._connection.close()
        self._responses.put(None)
        if not self._confined.done():
            self._confined.set_exception(ZygoteGoneError())
        self._kill_children()

    def _receive(self) -> bytes:
        try:
            return self._connection.recv(MAX_BYTES)
        except OSError:
            return b""

    def _record_end(self, pid: int, status: int) -> None:
        with self._table:
            child = self._children.pop(pid, None)
            if child is None:
                self._ended_early[pid] = status
        if child:
            child.ended(status)

    def _kill_children(self) -> None:
        """Kills the children of a zygote that has ended unexpectedly."""
        with self._table:
            orphans, self._children = self._children, {}
        for pid, child in orphans.items():
            kill_group(pid)
            child.ended(KILLED)


class Zygotes:
    """The first zygote, and those forked from it, which fork functions.

    One is for functions without known libraries, the others for the latest packages with some.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._lock = threading.Lock()
        self._first: Zygote | None = None
        self._split: OrderedDict[tuple[str, ...], Zygote] = OrderedDict()

    def start(self, launch: Launch) -> ForkedProcess:
        """Forks a function's process from the zygote that has preloaded its libraries.

        A zygote that was killed is replaced once. Raises ZygoteGoneError if that fails, too.
        """
        try:
            return self._for(launch.shipped).start(launch)
        except ZygoteGoneError:
            self._forget()
            return self._for(launch.shipped).start(launch)

    @property
    def confine(self) -> bool:
        """Whether functions are confined, which depends on this machine."""
        with suppress(ZygoteGoneError):
            return self._for(()).confined
        return False

    def prepare(self, shipped: tuple[str, ...]) -> None:
        """Starts the zygote for a package in advance."""
        with suppress(ZygoteGoneError):
            self._for(shipped)

    def _for(self, shipped: tuple[str, ...]) -> Zygote:
        with self._lock:
            if self._first is None:
                self._first = _start_first(self._machine)
            if shipped not in self._split:
                code, opt = shipped or ("", "")
                launch = Launch.of_folders(code, opt, self._machine.runtime)
                self._split[shipped] = self._first.split(launch)
            self._split.move_to_end(shipped)
            self._retire_oldest()
            return self._split[shipped]

    def _retire_oldest(self) -> None:
        """Retires the oldest zygotes, but not the one without libraries."""
        shipping = [shipped for shipped in self._split if shipped]
        for shipped in shipping[:-KEPT]:
            self._split.pop(shipped).retire()

    def _forget(self) -> None:
        with self._lock:
            for zygote in (self._first, *self._split.values()):
                if zygote:
                    zygote.retire()
            self._first = None
            self._split.clear()


def fork_is_safe() -> bool:
    """True on Linux, unless disabled. On macOS system libraries do not support fork."""
    allowed = os.environ.get(SWITCH) != "0"
    return allowed and linux_features.available() and hasattr(os, "pidfd_open")


def command(*arguments: str) -> list[str]:
    """The command line of the zygote's program."""
    module = "localstack_host.services.lambda_.zygote"
    return [python(), "-P", *OPTIONS, "-m", module, str(paths.SOURCES), *arguments]


def _start_first(machine: Machine) -> Zygote:
    own_end, child_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with child_end:
        process = subprocess.Popen(
            command(*astuple(machine)),
            cwd="/",
            env=ENVIRONMENT | ({} if FUNCTIONS_BOTOCORE.value() else {DIRECT_CALLS: "1"}),
            stdin=child_end.fileno(),
            start_new_session=True,
        )
    _follow(process)
    return Zygote(own_end)


def _follow(zygote: subprocess.Popen[bytes] | ForkedProcess) -> None:
    """Ties a zygote to the emulator's life, and reaps it when it has ended."""

    def wait() -> None:
        zygote.wait()
        REAPER.release(zygote.pid)
        if isinstance(zygote, ForkedProcess):
            zygote.reap()

    REAPER.adopt(zygote.pid)
    threading.Thread(target=wait, name="lambda-zygote", daemon=True).start()

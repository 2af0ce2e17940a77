"""The zygote processes of this emulator, and the function processes that come from them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections import OrderedDict
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import astuple
from queue import SimpleQueue

from localstack_host.host import paths
from localstack_host.host.reaper import REAPER, kill_group
from localstack_host.host.wrapper import variable
from localstack_host.services.lambda_.interpreter import OPTIONS, python
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

# Set to 0, every function starts on an interpreter of its own.
SWITCH = variable("LAMBDA_FORK")
KEPT = 4
STARTED_WITHIN_S = 60.0
KILLED = -9
ENVIRONMENT = {"PYTHONPATH": str(paths.SOURCES), "LANG": "en_US.UTF-8", "TZ": ":UTC"}


class ZygoteGoneError(Exception):
    """The zygote has ended."""


class ForkedProcess:
    """A process that a zygote has started. Until `reap` its number is its own."""

    above = 0

    def __init__(self, zygote: Zygote, pid: int) -> None:
        self.pid = pid
        self._zygote = zygote
        self._status: Future[int] = Future()

    def wait(self) -> int:
        """Waits for the end: the exit code, or minus the number of a signal."""
        return self._status.result()

    def reap(self) -> None:
        """The number may be given to another process."""
        with suppress(ZygoteGoneError):
            self._zygote.tell(Reap(self.pid))

    def ended(self, status: int) -> None:
        """The zygote says so."""
        self._status.set_result(status)


class Zygote:
    """The connection to one zygote process."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._asking = threading.Lock()
        self._answers: SimpleQueue[int | None] = SimpleQueue()
        self._children: dict[int, ForkedProcess] = {}
        self._early: dict[int, int] = {}
        self._confined: Future[bool] = Future()
        self._table = threading.Lock()
        threading.Thread(target=self._listen, name="lambda-zygote", daemon=True).start()

    @property
    def confined(self) -> bool:
        """Whether its functions see only what they see in Lambda. Raises ZygoteGoneError."""
        return self._confined.result()

    def start(self, launch: Launch) -> ForkedProcess:
        """Forks a function's process. Raises ZygoteGoneError."""
        return self._adopt(self._ask(Start(launch)))

    def split(self, launch: Launch) -> Zygote:
        """Forks another zygote, which loads libraries that this function brings along."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            child = self._adopt(self._ask(Split(launch), theirs))
        _follow(child)
        return Zygote(ours)

    def retire(self) -> None:
        """Lets the process end once its children have."""
        with suppress(ZygoteGoneError):
            self.tell(Retire())

    def tell(self, message: Message, *passed: socket.socket) -> None:
        """Sends a message. Raises ZygoteGoneError."""
        try:
            descriptors = [each.fileno() for each in passed]
            socket.send_fds(self._connection, [encode(message)], descriptors)
        except OSError as error:
            raise ZygoteGoneError from error

    def _ask(self, message: Message, *passed: socket.socket) -> int:
        with self._asking:
            self.tell(message, *passed)
            pid = self._answers.get()
        if pid is None:
            self._answers.put(None)
            raise ZygoteGoneError
        return pid

    def _adopt(self, pid: int) -> ForkedProcess:
        """A child may have ended before its number got here."""
        child = ForkedProcess(self, pid)
        with self._table:
            if pid in self._early:
                child.ended(self._early.pop(pid))
            else:
                self._children[pid] = child
        return child

    def _listen(self) -> None:
        while datagram := self._receive():
            match decode(datagram):
                case Ready(confined):
                    self._confined.set_result(confined)
                case Started(pid):
                    self._answers.put(pid)
                case Ended(pid, status):
                    self._note_end(pid, status)
        self._connection.close()
        self._answers.put(None)
        if not self._confined.done():
            self._confined.set_exception(ZygoteGoneError())
        self._give_up_children()

    def _receive(self) -> bytes:
        try:
            return self._connection.recv(MAX_BYTES)
        except OSError:
            return b""

    def _note_end(self, pid: int, status: int) -> None:
        with self._table:
            child = self._children.pop(pid, None)
            if child is None:
                self._early[pid] = status
        if child:
            child.ended(status)

    def _give_up_children(self) -> None:
        """Somebody has killed the zygote: what came from it is nobody's, and ends too."""
        with self._table:
            orphans, self._children = self._children, {}
        for pid, child in orphans.items():
            kill_group(pid)
            child.ended(KILLED)


class Zygotes:
    """The first zygote, and those forked from it, which start functions.

    One is for functions that ship no known libraries, and one for each of the latest packages.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._lock = threading.Lock()
        self._first: Zygote | None = None
        self._split: OrderedDict[tuple[str, ...], Zygote] = OrderedDict()

    def start(self, launch: Launch) -> ForkedProcess:
        """Forks a function's process from the zygote that has loaded most of what it needs.

        A zygote that was killed is replaced. Raises ZygoteGoneError if that is killed too.
        """
        try:
            return self._for(launch.shipped).start(launch)
        except ZygoteGoneError:
            self._forget()
            return self._for(launch.shipped).start(launch)

    @property
    def confine(self) -> bool:
        """Whether functions see only what they see in Lambda: this machine allows it or not."""
        with suppress(ZygoteGoneError):
            return self._for(()).confined
        return False

    def prepare(self, shipped: tuple[str, ...]) -> None:
        """Has the zygote ready when a function comes."""
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
        """The one without libraries of functions' own stays."""
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
    """Linux. On macOS the system's own libraries do not survive a fork."""
    allowed = os.environ.get(SWITCH) != "0"
    return allowed and sys.platform == "linux" and hasattr(os, "pidfd_open")


def command(*arguments: str) -> list[str]:
    """What runs the zygote's program."""
    module = "localstack_host.services.lambda_.zygote"
    return [python(), "-P", *OPTIONS, "-m", module, str(paths.SOURCES), *arguments]


def _start_first(machine: Machine) -> Zygote:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            command(*astuple(machine)),
            cwd="/",
            env=ENVIRONMENT,
            stdin=theirs.fileno(),
            start_new_session=True,
        )
    _follow(process)
    return Zygote(ours)


def _follow(zygote: subprocess.Popen[bytes] | ForkedProcess) -> None:
    """Sees to it that it ends with the emulator, and is not taken for alive when it has ended."""

    def wait() -> None:
        zygote.wait()
        REAPER.release(zygote.pid)
        if isinstance(zygote, ForkedProcess):
            zygote.reap()

    REAPER.adopt(zygote.pid)
    threading.Thread(target=wait, name="lambda-zygote", daemon=True).start()

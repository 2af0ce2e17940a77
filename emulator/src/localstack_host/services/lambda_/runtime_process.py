"""One life of a runtime process: it starts, answers invocations one after the other, and ends."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty
from typing import Protocol

from localstack_host.host.reaper import REAPER, descendants, kill_group
from localstack_host.services.lambda_.memory import Memory
from localstack_host.services.lambda_.runtime_api import (
    Event,
    Exited,
    OutOfMemory,
    Request,
    RuntimeApi,
)

# How often the memory of a function that is busy is looked at.
LOOK_EVERY_S = 0.1


class Process(Protocol):
    """An operating-system process, the leader of a group, whose end has not been noted yet.

    `above` is how many processes from this one on are the emulator's; the next is the function's.
    """

    pid: int
    above: int

    def wait(self) -> int:
        """Waits for the end: the exit code, or minus the number of a signal."""

    def reap(self) -> None:
        """From here on the process's number may be another one's."""


class RuntimeProcess:
    """A process group that runs `awslambdaric` with one function.

    `start` gets the address of the Runtime API, as AWS_LAMBDA_RUNTIME_API has it.
    """

    def __init__(self, start: Callable[[str], Process], memory_mb: int) -> None:
        self._limit = memory_mb * 2**20
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._api = RuntimeApi(self._freeze)
        with self._lock:  # the process may ask for work before its number is known here
            self._process = start(self._api.address)
        REAPER.adopt(self._process.pid)
        self._memory = Memory(self._process.pid, self._process.above)
        threading.Thread(target=self._watch, name="lambda-exit", daemon=True).start()

    def wait_until_ready(self, timeout_s: float) -> Event | None:
        """How the start ended: Ready, InitError, Exited, OutOfMemory, or None: not in time."""
        return self._next_event(timeout_s)

    def invoke(self, request: Request, timeout_s: float) -> Event | None:
        """What came of the invocation, or None if nothing came in time."""
        with self._lock:
            self._api.send(request)
            self._signal(signal.SIGCONT)
        return self._next_event(timeout_s)

    @property
    def alive(self) -> bool:
        """Whether another invocation can be sent."""
        return not self._ended.is_set()

    @property
    def peak_memory_mb(self) -> int:
        """The most memory used, in MB of 2^20 bytes as Lambda reports it: never over the limit."""
        return min(self._memory.peak, self._limit) // 2**20

    def kill(self) -> None:
        """Ends the process and everything that it started. May be called twice."""
        with self._lock:
            if self.alive:
                kill_group(self._process.pid)
        self._ended.wait()

    def _freeze(self) -> None:
        """Stops a process that has no work, threads and all: so does Lambda."""
        with self._lock:
            if self._api.idle:
                self._signal(signal.SIGSTOP)

    def _signal(self, number: signal.Signals) -> None:
        """To the function. A process of the emulator above it goes on: it has to notice its end."""
        if not self.alive:
            return
        with suppress(ProcessLookupError, PermissionError):
            if not self._process.above:
                os.killpg(self._process.pid, number)
            else:
                for pid in descendants(self._process.pid):
                    os.kill(pid, number)

    def _next_event(self, timeout_s: float) -> Event | None:
        """Waits for what the process does next, and watches its memory meanwhile.

        A limit that the kernel keeps (RLIMIT_AS) would count address space, of which threads
        reserve much, and would raise MemoryError, where Lambda kills. Control groups need root.
        """
        deadline = time.monotonic() + timeout_s
        while (left := deadline - time.monotonic()) > 0:
            with suppress(Empty):
                event = self._api.events.get(timeout=min(left, LOOK_EVERY_S))
                return OutOfMemory() if self._is_over_its_limit() else event
            if self._is_over_its_limit():
                return OutOfMemory()
        return None

    def _is_over_its_limit(self) -> bool:
        return self.alive and self._memory.look() > self._limit

    def _watch(self) -> None:
        """Waits for the end, and takes the rest of the group along while its number is ours."""
        status = self._process.wait()
        with self._lock:
            kill_group(self._process.pid)
            self._process.reap()
            self._ended.set()
        REAPER.release(self._process.pid)
        self._api.events.put(Exited(status))
        self._api.close()

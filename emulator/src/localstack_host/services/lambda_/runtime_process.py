"""A runtime process: starts it, sends invocations one after the other, and ends it."""

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

# The interval in which the memory of a running function is measured.
LOOK_EVERY_S = 0.1


class Process(Protocol):
    """An operating-system process, the leader of a group, that has not been reaped yet.

    `above` is the number of the emulator's processes, from this one down to the function's.
    """

    pid: int
    above: int

    def wait(self) -> int:
        """Waits for the end. Returns the exit code, or minus the number of the signal."""

    def reap(self) -> None:
        """Reaps the process; then its ID may be reused."""


class RuntimeProcess:
    """A process group that runs `awslambdaric` with one function.

    `start` is called with the address of the Runtime API, for AWS_LAMBDA_RUNTIME_API.
    """

    def __init__(self, start: Callable[[str], Process], memory_mb: int) -> None:
        self._limit = memory_mb * 2**20
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._api = RuntimeApi(self._freeze)
        with self._lock:  # the process may request work before its ID is known here
            self._process = start(self._api.address)
        REAPER.adopt(self._process.pid)
        self._memory = Memory(self._process.pid, self._process.above)
        threading.Thread(target=self._watch, name="lambda-exit", daemon=True).start()

    def wait_until_ready(self, timeout_s: float) -> Event | None:
        """Returns Ready, InitError, Exited or OutOfMemory; None after the timeout."""
        return self._next_event(timeout_s)

    def invoke(self, request: Request, timeout_s: float) -> Event | None:
        """Runs an invocation, and returns its result; None after the timeout."""
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
        """The peak memory in MB of 2^20 bytes; at most the limit, as Lambda reports it."""
        return min(self._memory.peak, self._limit) // 2**20

    def kill(self) -> None:
        """Ends the process and its descendants. Can be called repeatedly."""
        with self._lock:
            if self.alive:
                kill_group(self._process.pid)
        self._ended.wait()

    def _freeze(self) -> None:
        """Stops an idle process with all of its threads, as Lambda does."""
        with self._lock:
            if self._api.idle:
                self._signal(signal.SIGSTOP)

    def _signal(self, number: signal.Signals) -> None:
        """Signals the function, but not the emulator's process that waits for its end."""
        if not self.alive:
            return
        with suppress(ProcessLookupError, PermissionError):
            if not self._process.above:
                os.killpg(self._process.pid, number)
            else:
                for pid in descendants(self._process.pid):
                    os.kill(pid, number)

    def _next_event(self, timeout_s: float) -> Event | None:
        """Waits for the next event, and measures the memory meanwhile.

        The kernel's limit RLIMIT_AS counts address space, of which threads reserve much, and causes
        MemoryError, where Lambda kills the process. Control groups require root.
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
        return self.alive and self._memory.measure() > self._limit

    def _watch(self) -> None:
        """Waits for the end, and kills the rest of the group before its ID can be reused."""
        status = self._process.wait()
        with self._lock:
            kill_group(self._process.pid)
            self._process.reap()
            self._ended.set()
        REAPER.release(self._process.pid)
        self._api.events.put(Exited(status))
        self._api.close()

"""One life of a runtime process: it starts, answers invocations one after the other, and ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty

import psutil

from lab.emulator.lambda_executor.runtime_api import Event, Exited, Request, RuntimeApi
from lab.emulator.reaper import REAPER


@dataclass(frozen=True)
class Launch:
    """How a function is started: handler, code folder, whole environment, where it prints."""

    handler: str
    folder: Path
    variables: dict[str, str]
    output: Path


class RuntimeProcess:
    """A process group that runs `awslambdaric` with one function."""

    def __init__(self, launch: Launch) -> None:
        self._api = RuntimeApi()
        self._popen = _spawn(launch, self._api.address)
        REAPER.adopt(self._popen.pid)
        self._peak_memory = 0
        self._lock = threading.Lock()
        self._ended = threading.Event()
        threading.Thread(target=self._watch, name="lambda-exit", daemon=True).start()

    def wait_until_ready(self, timeout_s: float) -> Event | None:
        """How the start ended: Ready, InitError, Exited, or None for not in time."""
        event = self._next_event(timeout_s)
        self._note_memory()
        return event

    def invoke(self, request: Request, timeout_s: float) -> Event | None:
        """What came of the invocation, or None if nothing came in time."""
        self._api.send(request)
        event = self._next_event(timeout_s)
        self._note_memory()
        return event

    @property
    def alive(self) -> bool:
        """Whether another invocation can be sent."""
        return not self._ended.is_set()

    @property
    def peak_memory_mb(self) -> int:
        """The most memory seen between the steps, in MB of 2^20 bytes as Lambda reports it."""
        return self._peak_memory // 2**20

    def kill(self) -> None:
        """Ends the process and everything that it started. May be called twice."""
        with self._lock:
            if self.alive:
                _kill_group(self._popen.pid)
        self._ended.wait()

    def _note_memory(self) -> None:
        if self.alive:
            self._peak_memory = max(self._peak_memory, _memory(self._popen.pid))

    def _next_event(self, timeout_s: float) -> Event | None:
        try:
            return self._api.events.get(timeout=timeout_s)
        except Empty:
            return None

    def _watch(self) -> None:
        """Waits for the end, and takes the rest of the group along while its number is ours.

        Until `wait` has buried the process, the number cannot be given to another one; so nothing
        else here may call `poll` or `wait`.
        """
        pid = self._popen.pid
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        with self._lock:
            _kill_group(pid)
            status = self._popen.wait()
            self._ended.set()
        REAPER.release(pid)
        self._api.events.put(Exited(status))
        self._api.close()


def _spawn(launch: Launch, api_address: str) -> subprocess.Popen[bytes]:
    """Without `site` (-S) the process sees AWS's packages and the function's, and no others.

    Output goes to a file and not through a pipe: what was printed before a response is in the
    file when the response arrives, in order, and no thread has to read along.
    """
    with launch.output.open("ab") as output:
        return subprocess.Popen(
            [_python(), "-S", "-X", "utf8", "-m", "awslambdaric", launch.handler],
            cwd=launch.folder,
            env=launch.variables | {"AWS_LAMBDA_RUNTIME_API": api_address},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _python() -> str:
    """The interpreter itself, not the virtual environment's link to it."""
    return str(getattr(sys, "_base_executable", sys.executable))


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # macOS: EPERM if only a zombie is left
        os.killpg(group, signal.SIGKILL)


def _memory(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0

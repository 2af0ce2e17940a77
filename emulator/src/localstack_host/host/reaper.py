"""Ends the emulator's child processes when the emulator has ended, even by kill -9.

Run as a program, it reads lines `+PID` and `-PID` from its standard input: the process groups of
the writer. The end of the input means that the writer has ended (the kernel closes its pipes). Then
the groups that are still listed are killed, with every descendant of their leaders that has left
the group. It has few imports, so it starts in a few milliseconds. In portable mode its argument is
`portable`, as it cannot import the module that knows.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress

PORTABLE = "portable"
if __name__ == "__main__":
    HAS_PROCESS_FILES = sys.platform == "linux" and sys.argv[1:] != [PORTABLE]
else:
    from localstack_host.host import linux_features

    HAS_PROCESS_FILES = linux_features.available()


class Reaper:
    """The emulator's side of the pipe. Starts the program on first use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._groups: set[int] = set()
        self._program: subprocess.Popen[bytes] | None = None

    def adopt(self, group: int) -> None:
        """Adds a process group, which then ends with the emulator."""
        with self._lock:
            self._groups.add(group)
            self._send(f"+{group}\n")

    def release(self, group: int) -> None:
        """Removes a process group that has ended: its number may be reused."""
        with self._lock:
            self._groups.discard(group)
            self._send(f"-{group}\n")

    def _send(self, line: str) -> None:
        try:
            self._write(line)
        except BrokenPipeError:  # the program was killed: a new one gets all groups
            self._program = None
            self._write("".join(f"+{group}\n" for group in self._groups))

    def _write(self, text: str) -> None:
        if self._program is None:
            self._program = _start()
        assert self._program.stdin is not None  # noqa: S101 - it is a pipe
        self._program.stdin.write(text.encode())


REAPER = Reaper()


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", __file__, *([] if HAS_PROCESS_FILES else [PORTABLE])],
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        start_new_session=True,
    )


def watch(lines: Iterable[str]) -> None:
    """Reads all lines, then kills every group that is still listed."""
    groups: set[int] = set()
    for line in lines:
        change = groups.add if line.startswith("+") else groups.discard
        change(int(line[1:]))
    for group in groups:
        kill_group(group)


def kill_group(group: int) -> None:
    """Kills the descendants of a group's leader, then every process of the group, if it exists."""
    kill_descendants(group)
    with suppress(ProcessLookupError, PermissionError):  # macOS: EPERM if only a zombie is left
        os.killpg(group, signal.SIGKILL)


def kill_descendants(pid: int) -> None:
    """Kills all descendants of a process, including those that are started meanwhile."""
    killed: set[int] = set()
    while new := [one for one in descendants(pid) if one not in killed]:
        killed.update(new)
        for one in new:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(one, signal.SIGKILL)


def descendants(pid: int) -> list[int]:
    """The descendants of a process, children first."""
    children = _children_on_linux if HAS_PROCESS_FILES else _children_elsewhere()
    pids = children(pid)
    for one in pids:  # grows meanwhile
        pids += children(one)
    return pids


def _children_on_linux(pid: int) -> list[int]:
    """The children, as the kernel lists them: iterating over all processes takes too long."""
    pids: list[int] = []
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208
            with open(f"/proc/{pid}/task/{thread}/children", "rb", 0) as file:  # noqa: PTH123
                pids += map(int, file.read().split())
    return pids


def _children_elsewhere() -> Callable[[int], list[int]]:
    """The children, as `ps` lists them, which is itself a child of this process."""
    with subprocess.Popen(
        ["ps", "-A", "-o", "ppid=,pid="], stdout=subprocess.PIPE, text=True
    ) as listing:
        lines = listing.communicate()[0].splitlines()
    pairs = [tuple(map(int, line.split())) for line in lines]
    return lambda pid: [child for parent, child in pairs if parent == pid and child != listing.pid]


if __name__ == "__main__":
    watch(sys.stdin)

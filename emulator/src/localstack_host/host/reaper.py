"""Ends the emulator's child processes when the emulator is gone, however it went.

Run as a program it reads `+PID` and `-PID` lines from its standard input: process groups that
belong to whoever writes there. At the end of the input the writer has ended (a pipe closes even
after kill -9), and the groups that are still listed are killed, with every descendant of their
leaders that has left the group. It imports next to nothing, so it starts in a few milliseconds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress


class Reaper:
    """The emulator's end of the line. Starts the program when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._groups: set[int] = set()
        self._program: subprocess.Popen[bytes] | None = None

    def adopt(self, group: int) -> None:
        """From now on this process group ends with the emulator."""
        with self._lock:
            self._groups.add(group)
            self._tell(f"+{group}\n")

    def release(self, group: int) -> None:
        """The process group has ended: its number may soon be somebody else's."""
        with self._lock:
            self._groups.discard(group)
            self._tell(f"-{group}\n")

    def _tell(self, line: str) -> None:
        try:
            self._write(line)
        except BrokenPipeError:  # somebody has killed the program: a new one learns it all
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
        [sys.executable, "-I", "-S", __file__],
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        start_new_session=True,
    )


def watch(lines: Iterable[str]) -> None:
    """Follows the lines to their end, then kills every group that is still listed."""
    groups: set[int] = set()
    for line in lines:
        change = groups.add if line.startswith("+") else groups.discard
        change(int(line[1:]))
    for group in groups:
        kill_group(group)


def kill_group(group: int) -> None:
    """Ends every process of a group, if there is one, and first what its leader's have started."""
    kill_descendants(group)
    with suppress(ProcessLookupError, PermissionError):  # macOS: EPERM if only a zombie is left
        os.killpg(group, signal.SIGKILL)


def kill_descendants(pid: int) -> None:
    """Ends all that a process and its children have started, also what they start meanwhile."""
    known: set[int] = set()
    while new := [one for one in descendants(pid) if one not in known]:
        known.update(new)
        for one in new:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(one, signal.SIGKILL)


def descendants(pid: int) -> list[int]:
    """The processes below this one, nearest first."""
    children = _children_on_linux if sys.platform == "linux" else _children_elsewhere()
    found = children(pid)
    for one in found:  # grows meanwhile
        found += children(one)
    return found


def _children_on_linux(pid: int) -> list[int]:
    """From where the kernel lists them: a walk through all processes takes too long."""
    found: list[int] = []
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208
            with open(f"/proc/{pid}/task/{thread}/children") as file:  # noqa: PTH123
                found += map(int, file.read().split())
    return found


def _children_elsewhere() -> Callable[[int], list[int]]:
    listed = subprocess.run(["ps", "-A", "-o", "ppid=,pid="], capture_output=True, text=True)
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    return lambda pid: [child for parent, child in pairs if parent == pid]


if __name__ == "__main__":
    watch(sys.stdin)

"""Ends a command whose emulator has ended or whose disk is full, wherever in it it waits.

A thread looks every second. What it finds is raised in the main thread, by a signal that nobody
else uses: so every wait of every command ends, also one in a library.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from lab.core import preconditions
from lab.core.errors import LabError

EVERY_S = 1.0
SIGNAL = signal.SIGURG
"""Ignored by default, so that one that comes too late does no harm."""

Look = Callable[[], LabError | None]


class Ended(BaseException):
    """The work cannot go on. No `except Exception` on the way stops it, as none stops Ctrl-C."""

    def __init__(self, problem: LabError) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Watchdog:
    """Looks at what a command needs, and ends it. One for a process."""

    def __init__(self) -> None:
        self._looks: dict[str, Look] = {}
        self._over = threading.Event()
        self._over.set()
        self._found: LabError | None = None
        self._lock = threading.Lock()

    @property
    def found(self) -> LabError | None:
        """Why the command was ended, if it was."""
        return self._found

    @contextmanager
    def on(self) -> Iterator[None]:
        """Guards what runs in the context: in the main thread, where signals are handled."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(SIGNAL, self._raise)
        self._looks, self._found = {}, None
        self._over.clear()
        try:
            yield
        finally:
            with self._lock:
                self._over.set()
            signal.signal(SIGNAL, before)

    def needs(self, name: str, look: Look) -> None:
        """From now on the command needs this; `look` gives an error when it is missing."""
        if self._over.is_set():
            return
        first = not self._looks
        self._looks = self._looks | {name: look}
        if first:
            threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def forget(self, name: str) -> None:
        """The command does not need it any more."""
        self._looks = {known: look for known, look in self._looks.items() if known != name}

    def _watch(self) -> None:
        while not self._over.wait(EVERY_S):
            for name, look in self._looks.items():
                problem = _looked(look)
                if problem and name in self._looks:
                    self._end(problem)
                    return

    def _end(self, problem: LabError) -> None:
        with self._lock:
            if not self._over.is_set():
                self._found = problem
                signal.pthread_kill(threading.main_thread().ident or 0, SIGNAL)

    def _raise(self, _signal: int, _frame: FrameType | None) -> Any:
        if self._found and not self._over.is_set():
            raise Ended(self._found)


def _looked(look: Look) -> LabError | None:
    """A look that fails itself says nothing: the command will meet the same."""
    with suppress(Exception):
        return look()
    return None


WATCHDOG = Watchdog()


def emulator(endpoint: str | None, advice: str = "") -> None:
    """From now on the command needs the emulator at this endpoint; nothing for the real AWS.

    `advice` is what to do if it ends, if that is not to start it and to run the command again.
    """
    if endpoint:
        WATCHDOG.needs("emulator", preconditions.Life.of(endpoint, advice).ended)


def no_emulator() -> None:
    """From now on the emulator may end."""
    WATCHDOG.forget("emulator")


def space(what: str) -> None:
    """Raises LabError without room enough for `what`; from now on the command needs room."""
    preconditions.require_space(what)
    WATCHDOG.needs("space", preconditions.full_disk)

"""Threads that are used again: a state of a workflow works for a millisecond in one of its own.

To start a thread takes a tenth of that, and two turns of the interpreter's lock.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import Context
from queue import Empty, SimpleQueue
from typing import Any

IDLE_S = 10.0  # for how long a thread without work stays
NO_THREAD_S = 10.0  # for how long work waits for a thread if the system has none
PAUSE_S = 0.05


class PooledThread:
    """What LocalStack uses of `threading.Thread`. The target has a context of its own, too."""

    def __init__(
        self,
        target: Callable[..., Any],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
        *,
        daemon: bool = True,  # noqa: ARG002 - all of them are
    ) -> None:
        self._target = target
        self._args, self._kwargs = args, kwargs or {}
        self._working = threading.Lock()
        self._working.acquire()
        self.ident: int | None = None
        """That of the thread that does the work, once there is one."""

    def start(self) -> None:
        """Does the work in a thread that is idle, or in a new one.

        Waits for a moment if the system has no more threads now. Raises RuntimeError after that.
        """
        worker = _taken()
        self.ident = worker.ident
        worker.work.put(self)

    def run(self) -> None:
        """Calls the target."""
        self._target(*self._args, **self._kwargs)

    def join(self, timeout: float | None = None) -> None:
        """Waits until the work is done."""
        if self._working.acquire(timeout=-1 if timeout is None else max(timeout, 0)):
            self._working.release()

    def is_alive(self) -> bool:
        """Whether the work was begun, and is not done."""
        return self.ident is not None and self._working.locked()

    def _work(self) -> None:
        try:
            Context().run(self.run)
        except Exception:
            arguments = (*sys.exc_info(), threading.current_thread())
            threading.excepthook(threading.ExceptHookArgs(arguments))
        finally:
            self._working.release()


class _Worker(threading.Thread):
    """A thread that works for one after the other."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.work: SimpleQueue[PooledThread] = SimpleQueue()

    def run(self) -> None:
        while True:
            try:
                self.work.get(timeout=IDLE_S)._work()
            except Empty:
                try:
                    _idle.remove(self)
                except ValueError:  # it was just taken, and gets its work
                    continue
                return
            _idle.append(self)


def _taken() -> _Worker:
    deadline = time.monotonic() + NO_THREAD_S
    while True:
        with suppress(IndexError):
            return _idle.pop()
        worker = _Worker(daemon=True, name="pooled")
        try:
            worker.start()
        except RuntimeError:  # cannot start new thread
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE_S)
        else:
            return worker


_idle: list[_Worker] = []

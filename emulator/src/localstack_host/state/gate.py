"""Lets a save see the emulator between operations, never within one.

Operations pass the gate. To save, it is closed: operations in progress end, others wait. What may
take long, such as a long poll or an invocation, does not count as in progress (`stepping_out`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Gate:
    """Counts the operations in progress. A nested operation belongs to the outer one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._closed = False
        self._own = threading.local()
        self.written = threading.Event()
        """Set when something was written since the last save."""

    @contextmanager
    def passing(self) -> Iterator[None]:
        """An operation: waits while the gate is closed."""
        if getattr(self._own, "depth", 0):
            yield
            return
        self._enter()
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def stepping_out(self) -> Iterator[None]:
        """Within an operation, a part that may take long and changes nothing."""
        if not getattr(self._own, "depth", 0):
            yield
            return
        self._leave()
        try:
            yield
        finally:
            self._enter()

    def handed_over[**P, T](self, function: Callable[P, T]) -> Callable[P, T]:
        """A function for another thread, which belongs to the operation that hands it over."""
        if not getattr(self._own, "depth", 0):
            return function
        with self._changed:
            self._inside += 1

        def run(*arguments: P.args, **options: P.kwargs) -> T:
            self._own.depth = 1
            try:
                return function(*arguments, **options)
            finally:
                self._leave()

        return run

    def _enter(self) -> None:
        with self._changed:
            while self._closed:
                self._changed.wait()
            self._inside += 1
        self._own.depth = 1

    def _leave(self) -> None:
        self._own.depth = 0
        with self._changed:
            self._inside -= 1
            if self._closed and not self._inside:
                self._changed.notify_all()

    @contextmanager
    def closed(self, timeout_s: float) -> Iterator[bool]:
        """Closes the gate. Yields whether all operations have ended within the timeout."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            self._closed = True
            while self._inside and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)
            is_quiet = not self._inside
        try:
            yield is_quiet
        finally:
            with self._changed:
                self._closed = False
                self._changed.notify_all()


GATE = Gate()

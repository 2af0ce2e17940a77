"""LocalStack's line in the log for each request of an operation.

The lines have LocalStack's own form. They are written several at a time: Python's logging takes a
lock, a frame and a write for each, a tenth of what a request for an item costs.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections import deque
from functools import cache
from typing import Any

from localstack.logging import format as line_format

NAME = "localstack.request.aws"
WRITTEN_AFTER_S = 0.2
Noted = tuple[float, str, str]
"""Seconds since 1970, the name of the thread, and the text."""


def note(service: str, operation: str, status: int, error: str = "") -> None:
    """Adds the line of a request with its status and the code of its error."""
    _log().note(f"AWS {service}.{operation} => {status}{f' ({error})' if error else ''}")


class RequestLog:
    """Writes to the handler of Python's root logger; to the logger if it has another form."""

    def __init__(self) -> None:
        self._logger = logging.getLogger(NAME)
        self._noted: deque[Noted] = deque()
        self._writing = threading.Lock()
        self._something = threading.Event()
        self._stream = _stream()
        if self._stream is not None:
            threading.Thread(target=self._run, name="request-log", daemon=True).start()
            atexit.register(self._write)

    def note(self, text: str) -> None:
        """Adds a line."""
        if not self._logger.isEnabledFor(logging.INFO):
            return
        if self._stream is None:
            self._logger.info(text)
            return
        self._noted.append((time.time(), threading.current_thread().name, text))
        if not self._something.is_set():
            self._something.set()

    def _run(self) -> None:
        while self._something.wait():
            time.sleep(WRITTEN_AFTER_S)
            self._something.clear()
            self._write()

    def _write(self) -> None:
        with self._writing:
            lines = []
            while self._noted:
                lines.append(_line(*self._noted.popleft()))
            if lines and self._stream is not None:
                self._stream.write("".join(lines))
                self._stream.flush()


@cache
def _log() -> RequestLog:
    """Made with the first request, when logging is set up."""
    return RequestLog()


def _stream() -> Any:
    """The stream of the root logger's only handler; None if it does not write LocalStack's form."""
    handlers = logging.getLogger().handlers
    if len(handlers) != 1 or not isinstance(handlers[0], logging.StreamHandler):
        return None
    known = type(handlers[0].formatter) is line_format.DefaultFormatter
    return handlers[0].stream if known else None


def _line(moment: float, thread: str, text: str) -> str:
    return (
        f"{_second(int(moment))}.{int(moment * 1000) % 1000:03d}  INFO --- "
        f"[{thread[-line_format.MAX_THREAD_NAME_LEN :]:>{line_format.MAX_THREAD_NAME_LEN}}] "
        f"{NAME:<{line_format.MAX_NAME_LEN}} : {text}\n"
    )


_seconds: dict[int, str] = {}


def _second(second: int) -> str:
    """A second in local time, as in all lines; only the latest is kept."""
    known = _seconds.get(second)
    if known is None:
        known = time.strftime(line_format.LOG_DATE_FORMAT, time.localtime(second))
        _seconds.clear()
        _seconds[second] = known
    return known

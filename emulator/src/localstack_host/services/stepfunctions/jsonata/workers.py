"""The processes that evaluate JSONata expressions (`program.py`), started when one is needed.

An expression may loop forever, need all of the memory, or match a regular expression for years, and
Python cannot interrupt that in a thread. So it is evaluated in another process, which is killed
after `TIMEOUT_S` seconds. AWS limits evaluations, too, but does not document how.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from functools import cache
from multiprocessing import Pipe
from typing import Any

from localstack_host.host import paths

TIMEOUT_S = 5.0
START_TIMEOUT_S = 30.0  # of a busy machine
PROGRAM = "localstack_host.services.stepfunctions.jsonata.program"
TIMED_OUT = {
    "error": f": Expression evaluation timeout: {TIMEOUT_S * 1000:.0f}ms. Check for infinite loop"
}
DIED = {"error": ": Stack overflow error: Check for non-terminating recursive function."}


class Worker:
    """One process, which evaluates one expression at a time."""

    def __init__(self) -> None:
        self._connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", PROGRAM, str(theirs.fileno())],
                env={"PYTHONPATH": str(paths.SOURCES), "LANG": "en_US.UTF-8", "TZ": ":UTC"},
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._timeout = START_TIMEOUT_S

    def ask(self, request: bytes) -> Any:
        """The response, or None if there is none in time. Raises OSError or EOFError if it died."""
        self._connection.send_bytes(request)
        if not self._connection.poll(self._timeout):
            return None
        self._timeout = TIMEOUT_S
        return json.loads(self._connection.recv_bytes())

    def end(self) -> None:
        """Kills the process."""
        self._connection.close()
        self._process.kill()
        self._process.wait()


class Workers:
    """As many processes as the machine has processors, at most."""

    def __init__(self, most: int) -> None:
        self._free = threading.BoundedSemaphore(most)
        self._idle: list[Worker] = []

    def ask(self, request: bytes) -> Any:
        """The response to a request, as `program.py` describes it."""
        with self._free:
            worker = self._idle.pop() if self._idle else Worker()
            try:
                response = worker.ask(request)
            except (OSError, EOFError):
                response = DIED
            if response is None or response is DIED:
                worker.end()
            else:
                self._idle.append(worker)
            return TIMED_OUT if response is None else response


@cache
def workers() -> Workers:
    """Those of this process."""
    return Workers(os.cpu_count() or 1)

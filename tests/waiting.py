"""Waiting with a deadline, never for a fixed time."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil

from lab.core import run_state

POLL_S = 0.1


def eventually[T](look: Callable[[], T], what: str, timeout_s: float = 30.0) -> T:
    """What `look` finds, as soon as it finds anything; fails after `timeout_s` seconds."""
    deadline = time.monotonic() + timeout_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"after {timeout_s:g} s there is no {what}"
        time.sleep(POLL_S)
    return found


def wait_for(condition: Callable[[], object], complaint: str, timeout_s: float = 20) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"after {timeout_s} s {complaint}"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        return run_state.is_alive(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return False


def wait_until_gone(pids: list[int], timeout_s: float = 10) -> None:
    wait_for(lambda: not any(map(is_alive, pids)), f"of {pids} some are left", timeout_s)

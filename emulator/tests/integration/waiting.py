"""Waiting with a deadline."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import psutil

from localstack_host.host import run_state
from localstack_host.performance import pooled_threads


def wait_for(condition: Callable[[], object], complaint: str, timeout_s: float = 20) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"after {timeout_s} s {complaint}"
        time.sleep(0.05)


def threads_at_work() -> int:
    """Threads of the process of tests, without those that are kept for any work to come."""
    return threading.active_count() - len(pooled_threads._idle)


def is_alive(pid: int) -> bool:
    try:
        return run_state.is_alive(psutil.Process(pid))
    except psutil.NoSuchProcess:
        return False


def wait_until_gone(pids: list[int], timeout_s: float = 10) -> None:
    wait_for(lambda: not any(map(is_alive, pids)), f"of {pids} some are left", timeout_s)

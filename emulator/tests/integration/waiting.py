"""Waiting with a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil

from localstack_host.host import run_state


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

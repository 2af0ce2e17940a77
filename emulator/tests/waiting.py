"""Waiting with a deadline, never for a fixed time."""

from __future__ import annotations

import time
from collections.abc import Callable

POLL_S = 0.1


def eventually[T](look: Callable[[], T], what: str, timeout_s: float = 30.0) -> T:
    """What `look` finds, as soon as it finds anything; fails after `timeout_s` seconds."""
    deadline = time.monotonic() + timeout_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"after {timeout_s:g} s there is no {what}"
        time.sleep(POLL_S)
    return found

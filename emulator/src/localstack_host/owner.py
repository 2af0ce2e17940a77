"""Ends the emulator when the process that owns it has ended, even by kill -9.

A test session sets itself as the owner, so that no emulator outlives it.
"""

from __future__ import annotations

import os
import threading
import time

import psutil

from localstack_host.host.environment import OWNER_VARIABLE
from localstack_host.host.run_state import is_alive
from localstack_host.localstack_api import on_infra_start

POLL_S = 0.5


@on_infra_start()
def end_with_the_owner() -> None:
    """Starts a thread that waits for the owner's end; does nothing without an owner."""
    if owner := os.environ.get(OWNER_VARIABLE):
        threading.Thread(target=_follow, args=[int(owner)], name="owner", daemon=True).start()


def _follow(pid: int) -> None:
    try:
        owner = psutil.Process(pid)
        while is_alive(owner):
            time.sleep(POLL_S)
    except psutil.NoSuchProcess:
        pass
    os._exit(0)  # functions end with the emulator; no other clean-up is needed

"""Ends the emulator when the process that it was started for has ended, even by a kill -9.

A test session names itself as the owner, so that no emulator outlives it.
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
    """Does nothing if the emulator has no owner."""
    if owner := os.environ.get(OWNER_VARIABLE):
        threading.Thread(target=_follow, args=[int(owner)], name="owner", daemon=True).start()


def _follow(pid: int) -> None:
    try:
        owner = psutil.Process(pid)
        while is_alive(owner):
            time.sleep(POLL_S)
    except psutil.NoSuchProcess:
        pass
    os._exit(0)  # functions end with the emulator; nothing else has to be put in order

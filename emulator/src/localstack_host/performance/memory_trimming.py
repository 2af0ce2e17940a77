"""Memory that was freed goes back to the machine.

glibc keeps it for the next allocation. After a deploy that is a good part of all that the emulator
occupies.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable

from localstack_host.localstack_api import on_infra_start

EVERY_S = 15.0


@on_infra_start()
def give_back() -> None:
    """The hook `localstack.hooks.on_infra_start`; nothing where the C library is another one."""
    if trim := _trim():
        threading.Thread(target=_repeat, args=(trim,), name="freed-memory", daemon=True).start()


def _trim() -> Callable[[], object] | None:
    """Glibc's malloc_trim, which runs without the interpreter's lock."""
    found = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return (lambda: found(0)) if found else None


def _repeat(trim: Callable[[], object]) -> None:
    while True:
        time.sleep(EVERY_S)
        trim()

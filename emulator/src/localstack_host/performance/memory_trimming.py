"""Returns freed memory to the operating system.

glibc retains it for the next allocation. After a deployment that is a large part of the emulator's
memory.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable

from localstack_host.host import linux_features
from localstack_host.localstack_api import on_infra_start

EVERY_S = 15.0


@on_infra_start()
def give_back() -> None:
    """The hook `localstack.hooks.on_infra_start`. Does nothing if the C library is not glibc."""
    if trim := _trim():
        threading.Thread(target=_repeat, args=(trim,), name="freed-memory", daemon=True).start()


def _trim() -> Callable[[], object] | None:
    """Returns glibc's malloc_trim, which runs without the interpreter's lock."""
    if not linux_features.available():
        return None
    malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return (lambda: malloc_trim(0)) if malloc_trim else None


def _repeat(trim: Callable[[], object]) -> None:
    while True:
        time.sleep(EVERY_S)
        trim()

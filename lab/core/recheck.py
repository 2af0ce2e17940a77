"""Reads a report twice before it reports a problem, because orders continue while it is read.

The audit, which compares rows, has its own logic for this.
"""

from __future__ import annotations

import time
from collections.abc import Callable

PAUSE_S = 1.0


def read[T](
    look: Callable[[], T],
    is_good: Callable[[T], bool],
    pause: Callable[[float], object] = time.sleep,
) -> T:
    """Returns the result of `look`, or of a second call if the first result is not good."""
    result = look()
    if is_good(result):
        return result
    pause(PAUSE_S)
    return look()

"""What looks broken is looked at again before it is told: while orders go on, a look is no moment.

For reports that read one thing after the other. The audit, which has rows to compare, does the
same by itself.
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
    """What a look sees; what a second one sees, if the first saw something that is not good."""
    seen = look()
    if is_good(seen):
        return seen
    pause(PAUSE_S)
    return look()

"""What is handed out once and is good once, for a while: requests that wait, and codes."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

MOST = 1_000
"""Of more the oldest are forgotten, so that nobody can fill the memory."""


@dataclass
class OneTime[T]:
    """Values under names that nobody can guess. Each is given out once, within its time."""

    lifetime_s: float
    now: Callable[[], float] = time.monotonic
    _kept: OrderedDict[str, tuple[float, T]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def keep(self, value: T) -> str:
        """The name under which `take` finds the value."""
        name = secrets.token_urlsafe(32)
        with self._lock:
            self._kept[name] = (self.now() + self.lifetime_s, value)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return name

    def take(self, name: str) -> T | None:
        """The value, which is forgotten by that; None if there is none, or its time is over."""
        with self._lock:
            ends_at, value = self._kept.pop(name, (0.0, None))
        return value if self.now() < ends_at else None

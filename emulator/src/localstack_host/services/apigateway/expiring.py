"""Values that are stored for a time: responses of integrations, and results of authorizers."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

Key = tuple[str, ...]


class Expiring[V]:
    """Values by key; the first parts of a key are account, region, API and stage."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._stored: OrderedDict[Key, tuple[V, float]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> V | None:
        """A value that has not expired."""
        value, expires = self._stored.get(key, (None, 0.0))
        return value if expires > time.monotonic() else None

    def put(self, key: Key, value: V, ttl: float) -> None:
        """Stores a value for `ttl` seconds; the oldest makes room for it."""
        with self._lock:
            self._stored[key] = (value, time.monotonic() + ttl)
            while len(self._stored) > self._most:
                self._stored.popitem(last=False)

    def flush(self, *stage: str) -> None:
        """Forgets the values of a stage: account, region, API and name."""
        with self._lock:
            for key in [key for key in self._stored if key[: len(stage)] == stage]:
                del self._stored[key]

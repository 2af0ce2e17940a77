"""A failure switch for the orders of the shop's page: it is put into their requests on the way.

The page itself uses the customer's API only and knows no switches. An order that is sent again
must be the very same, so what was put into a request under an Idempotency-Key is kept for it.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_KEYS = 10_000
Simulate = dict[str, Any]


@dataclass
class FaultSwitch:
    """What is put into the next orders; nothing as long as it is off."""

    _simulate: Simulate | None = None
    _sent: OrderedDict[str, Simulate | None] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def now(self) -> Simulate | None:
        """What fails, or None."""
        return self._simulate

    def turn_on(self, simulate: Simulate) -> None:
        """Lets this fail in every order from now on."""
        self._simulate = simulate

    def turn_off(self) -> None:
        """Lets no new order fail."""
        self._simulate = None

    def inject(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
        """The body of a request with the fault in it, if it is an order."""
        key = headers.get("idempotency-key", "")
        if (method, path) != ("POST", "/checkout") or not key:
            return body
        simulate = self._for(key)
        order = _order(body) if simulate else None
        return json.dumps({**order, "simulate": simulate}).encode() if order else body

    def _for(self, key: str) -> Simulate | None:
        with self._lock:
            if key not in self._sent:
                self._sent[key] = self._simulate
                while len(self._sent) > MAX_KEYS:
                    self._sent.popitem(last=False)
            return self._sent[key]


def _order(body: bytes) -> dict[str, Any] | None:
    """The request, unless it is none or has a switch of its own."""
    try:
        order = json.loads(body)
    except ValueError:
        return None
    return order if isinstance(order, dict) and "simulate" not in order else None

"""How much of all requests' bodies is in memory at a time: each is within its limit, and all are.

A body is in memory from when its bytes come until its request has been answered, and once more
when LocalStack has unpacked it.
"""

from __future__ import annotations

import threading
from http import HTTPStatus

from localstack_host.server.limits import MIB
from localstack_host.server.refusal import Refusal


class Bodies:
    """Counts the bytes of all bodies of a server, whichever connection they came by."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._counting = threading.Lock()

    @property
    def held(self) -> int:
        """The bytes that are in memory now."""
        return self._held

    def take(self, size: int) -> None:
        """Counts `size` bytes more. Raises Refusal if they are too many together."""
        with self._counting:
            if self._held + size > self._most:
                raise Refusal(
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    "The bodies of all requests that are served now are larger than"
                    f" {self._most // MIB} MiB together. Send this one again when others are done.",
                )
            self._held += size

    def give_back(self, size: int) -> None:
        """Bytes that are in memory no more."""
        with self._counting:
            self._held -= size

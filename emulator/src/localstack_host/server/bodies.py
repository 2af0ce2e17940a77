"""Limits the memory that the bodies of all requests take together.

A body is in memory from the arrival of its first bytes until its request has been answered, and a
second time when LocalStack has decompressed it.
"""

from __future__ import annotations

import threading
from http import HTTPStatus

from localstack_host.server.limits import MIB
from localstack_host.server.refusal import Refusal


class Bodies:
    """Counts the bytes of all request bodies of a server, on all of its connections."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._counting = threading.Lock()

    @property
    def held(self) -> int:
        """The number of bytes in memory now."""
        return self._held

    def reserve(self, size: int) -> None:
        """Counts `size` more bytes. Raises Refusal if the total would exceed the limit."""
        with self._counting:
            if self._held + size > self._most:
                raise Refusal(
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    f"The bodies of all requests in progress exceed {self._most // MIB} MiB"
                    " together. Send this request again when others have ended.",
                )
            self._held += size

    def release(self, size: int) -> None:
        """Subtracts `size` bytes, which are no longer in memory."""
        with self._counting:
            self._held -= size

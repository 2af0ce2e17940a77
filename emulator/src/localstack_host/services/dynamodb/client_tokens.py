"""Idempotent transactions: the same token with the same request is done once.

SDKs send a token with every TransactWriteItems and repeat the call when its answer is lost.
Without this, the repetition would fail on the conditions that the first call has fulfilled.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from localstack.aws.api.dynamodb import IdempotentParameterMismatchException

KEPT_FOR_S = 600.0


class Replays:
    """The transactions of the last ten minutes by token. Used by one thread at a time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._done: dict[str, tuple[float, bytes]] = {}  # in the order of their time

    def is_replay(self, token: str, request: Mapping[str, Any]) -> bool:
        """Whether this request has been done; raises if another one had the same token."""
        self._forget_old()
        if token not in self._done:
            return False
        if self._done[token][1] != _content(request):
            raise IdempotentParameterMismatchException(
                "Request with the same client token was made with different parameters"
            )
        return True

    def remember(self, token: str, request: Mapping[str, Any]) -> None:
        """Notes that the request has been done."""
        self._done[token] = (self._clock(), _content(request))

    def _forget_old(self) -> None:
        limit = self._clock() - KEPT_FOR_S
        while self._done:
            oldest = next(iter(self._done))
            if self._done[oldest][0] > limit:
                return
            del self._done[oldest]


def _content(request: Mapping[str, Any]) -> bytes:
    """A digest: of a rush there are thousands, which as text were 1.4 KB each."""
    text = json.dumps(request["TransactItems"], sort_keys=True, default=repr)
    return hashlib.sha256(text.encode()).digest()

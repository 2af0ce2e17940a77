"""Tokens that make a repeated transaction one: they hold for ten minutes."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from embedded_dynamodb.errors import IdempotentParameterMismatchException

LIFETIME = 600.0
# After so many new ones, and a quarter of those that are kept, those that are over are dropped.
_SWEEP_EVERY = 256
_SWEEP_SHARE = 4


@dataclass(frozen=True, slots=True)
class Used:
    """A token's request and when it was done."""

    request: str
    done: float
    # What a repetition reads: the size of each item, by table.
    sizes: tuple[tuple[str, int], ...]


class Tokens:
    """The tokens of the last ten minutes, by account, region and token."""

    def __init__(self) -> None:
        self.used: dict[tuple[str, str, str], Used] = {}
        self._until_sweep = _SWEEP_EVERY

    def find(self, key: tuple[str, str, str], request: str, now: float) -> Used | None:
        """What was done with the token, if it was for the same request."""
        used = self.used.get(key)
        if used is None or now - used.done >= LIFETIME:
            return None
        if used.request != request:
            raise IdempotentParameterMismatchException(
                "Request token already in use for another request with a different payload"
            )
        return used

    def note(self, key: tuple[str, str, str], used: Used) -> None:
        """Keeps a token that was used."""
        self.used[key] = used
        self._until_sweep -= 1
        if self._until_sweep <= 0:
            self.used = {
                other: entry
                for other, entry in self.used.items()
                if used.done - entry.done < LIFETIME
            }
            self._until_sweep = max(_SWEEP_EVERY, len(self.used) // _SWEEP_SHARE)


def fingerprint(parts: list[Any]) -> str:
    """What makes two requests the same: all but the token and what is returned beside."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

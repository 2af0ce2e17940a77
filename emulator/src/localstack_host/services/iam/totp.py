"""Codes of virtual MFA devices: time-based one-time passwords. Pure functions.

https://datatracker.ietf.org/doc/html/rfc6238, with the values that AWS uses: SHA-1, 30 seconds and
six digits.
"""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Sequence

STEP_S = 30
DIGITS = 6
# How many steps a device's clock may be slow or fast.
DRIFT = 2


def code(seed: str, at: float) -> str:
    """The code of a seed in Base32 at a time (Unix time)."""
    return _of_step(seed, int(at // STEP_S))


def is_code(seed: str, given: str, now: float | None = None) -> bool:
    """Whether a code is that of a time (Unix time), now if there is none, give or take the drift.

    On AWS a code is good once; here it is good for as long as its time.
    """
    return any(_are(seed, step, given) for step in _steps(now))


def are_consecutive(seed: str, codes: Sequence[str], now: float | None = None) -> bool:
    """Whether codes follow each other, about a time (Unix time), now if there is none."""
    return any(
        all(_are(seed, step + number, each) for number, each in enumerate(codes))
        for step in _steps(now)
    )


def _steps(now: float | None) -> range:
    step = int((time.time() if now is None else now) // STEP_S)
    return range(step - DRIFT, step + DRIFT + 1)


def _are(seed: str, step: int, given: str) -> bool:
    return hmac.compare_digest(_of_step(seed, step).encode(), given.encode())


def _of_step(seed: str, step: int) -> str:
    """RFC 4226: a part of the HMAC, which the lowest bits of its last byte choose."""
    digest = hmac.digest(base64.b32decode(seed), step.to_bytes(8), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"

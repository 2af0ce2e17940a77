"""Counts which permissions were used and which requests were refused."""

from __future__ import annotations

import threading
from collections import Counter
from functools import cache
from typing import Any, NamedTuple

from localstack_host.services.iam.evaluation import Decision, Request

REFUSALS_KEPT = 1000


class Use(NamedTuple):
    """A permission in a policy that a role used: action and resource as the policy has them."""

    role: str
    action: str
    resource: str


class Refusal(NamedTuple):
    """A request that was denied."""

    caller: str
    role: str
    action: str
    resource: str
    reason: str


class Usage:
    """Counters since the last `forget`, or since the emulator began; a saved state has them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._uses: Counter[Use] = Counter()
        self._refusals: Counter[Refusal] = Counter()

    def note(self, request: Request, decision: Decision) -> None:
        """Counts a decision."""
        with self._lock:
            if not decision.allowed:
                self._note_refusal(request, decision.reason)
            elif decision.grant and request.caller.role:
                grant = decision.grant
                self._uses[Use(request.caller.role, grant.action, grant.resource)] += 1

    def _note_refusal(self, request: Request, reason: str) -> None:
        caller = request.caller
        refusal = Refusal(caller.arn, caller.role, request.action, request.resource, reason)
        if refusal in self._refusals or len(self._refusals) < REFUSALS_KEPT:
            self._refusals[refusal] += 1

    def report(self) -> dict[str, Any]:
        """The counters, for JSON: `used` and `refused`, each entry with its `count`."""
        with self._lock:
            return {
                "used": [u._asdict() | {"count": n} for u, n in self._uses.items()],
                "refused": [r._asdict() | {"count": n} for r, n in self._refusals.items()],
            }

    def forget(self) -> None:
        """Resets the counters."""
        with self._lock:
            self._uses.clear()
            self._refusals.clear()

    def save(self) -> dict[str, Any]:
        """The counters, for a saved state: tuples of a use's or refusal's fields, and its count."""
        with self._lock:
            return {
                "used": [(*use, count) for use, count in self._uses.items()],
                "refused": [(*r, count) for r, count in self._refusals.items()],
            }

    def load(self, saved: dict[str, Any]) -> None:
        """Adds the counters of a saved state to these."""
        with self._lock:
            for *use, count in saved["used"]:
                self._uses[Use(*use)] += count
            for *refusal, count in saved["refused"]:
                self._refusals[Refusal(*refusal)] += count


@cache
def counted() -> Usage:
    """The usage of this emulator."""
    return Usage()

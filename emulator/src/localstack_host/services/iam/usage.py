"""What was really used of what policies allow, and what was refused."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from localstack_host.services.iam.evaluation import Decision, Request

REFUSALS_KEPT = 1000


@dataclass(frozen=True)
class Use:
    """A role used these words of its policies."""

    role: str
    action: str
    resource: str


@dataclass(frozen=True)
class Refusal:
    """Something that a caller wanted and was not allowed."""

    caller: str
    role: str
    action: str
    resource: str
    reason: str


class Usage:
    """Counts since the emulator's start, or since they were last forgotten."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._uses: Counter[Use] = Counter()
        self._refusals: Counter[Refusal] = Counter()

    def note(self, request: Request, decision: Decision) -> None:
        """Remembers the answer that a request got."""
        with self._lock:
            if not decision.allowed:
                self._note_refusal(request, decision.reason)
            elif decision.grant:
                words = decision.grant
                self._uses[Use(request.caller.role, words.action, words.resource)] += 1

    def _note_refusal(self, request: Request, reason: str) -> None:
        caller = request.caller
        refusal = Refusal(caller.arn, caller.role, request.action, request.resource, reason)
        if refusal in self._refusals or len(self._refusals) < REFUSALS_KEPT:
            self._refusals[refusal] += 1

    def report(self) -> dict[str, Any]:
        """All of it as JSON: `used` and `refused`, each entry with its `count`."""
        with self._lock:
            return {
                "used": [asdict(u) | {"count": n} for u, n in self._uses.items()],
                "refused": [asdict(r) | {"count": n} for r, n in self._refusals.items()],
            }

    def forget(self) -> None:
        """Begins anew."""
        with self._lock:
            self._uses.clear()
            self._refusals.clear()

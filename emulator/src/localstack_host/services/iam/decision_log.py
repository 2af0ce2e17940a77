"""Records what was asked of policies, on request: each different question once, with its answer.

`PUT /_host/decisions` starts a new recording. `DELETE /_host/decisions` ends it and returns the
questions, in the order in which they came first: `{"decisions": [{"role", "service", "operation",
"action", "resource", "keys", "allowed", "count"}], "full": false}`. `keys` are the condition keys
that come with the action, and the tags of its resource. `full` is true if the limit MOST was
reached.
"""

from __future__ import annotations

import json
import threading
from functools import cache
from typing import Any

from localstack_host.localstack_api import Response
from localstack_host.services.iam.evaluation import Decision, Request

PATH = "/_host/decisions"
MOST = 10_000  # so that a recording that nobody ends does not fill the memory
# Keys that differ from one request to the next, and depend on who asks from where.
PASSING = (
    "aws:currenttime",
    "aws:epochtime",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principaltype",
    "aws:requestedregion",
    "aws:securetransport",
    "aws:sourceip",
    "aws:useragent",
    "aws:userid",
    "aws:viaawsservice",
)


class DecisionLog:
    """The recorded questions; None while nothing is recorded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recorded: dict[str, dict[str, Any]] | None = None

    @property
    def records(self) -> bool:
        """Whether decisions are recorded, so that their condition keys matter."""
        return self._recorded is not None

    def begin(self, _request: Any) -> None:
        """Starts a new recording."""
        self._recorded = {}

    def end(self, _request: Any) -> Any:
        """Ends the recording, and returns it."""
        recorded, self._recorded = self._recorded or {}, None
        recording = {"decisions": list(recorded.values()), "full": len(recorded) >= MOST}
        return Response(json.dumps(recording), mimetype="application/json")

    def note(self, context: Any, request: Request, decision: Decision) -> None:
        """Records a decision about a request for an operation."""
        recorded = self._recorded
        if recorded is None or len(recorded) >= MOST:
            return
        keys = {name: list(values) for name, values in request.context.items()}
        question = {
            "role": request.caller.role,
            "service": context.service.service_name,
            "operation": context.operation.name,
            "action": request.action,
            "resource": request.resource,
            "keys": {name: keys[name] for name in sorted(keys) if name not in PASSING},
            "allowed": decision.allowed,
        }
        with self._lock:
            known = recorded.setdefault(json.dumps(question), question | {"count": 0})
            known["count"] += 1


@cache
def recorder() -> DecisionLog:
    """The log of this emulator."""
    return DecisionLog()

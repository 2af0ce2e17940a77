"""Records the AWS calls that reach the emulator, on request.

`PUT /_host/calls` starts a new recording. `DELETE /_host/calls` ends it and returns the calls,
oldest first: `{"calls": [{"service", "operation", "caller", "request", "response"}], "full":
false}`. `caller` is the name of the calling role, or empty if it was no role. `full` is true if the
limit MOST was reached.
"""

from __future__ import annotations

import json
from typing import Any

from localstack_host.localstack_api import Response, on_infra_start, response_handlers, router
from localstack_host.services.iam.principal import access_key
from localstack_host.services.iam.sessions import SESSIONS, as_role

PATH = "/_host/calls"
MOST = 10_000  # calls, so that a recording that nobody ends does not fill the memory
# Streams and files would not fit into JSON.
SERVICES = frozenset({"dynamodb", "events", "sns", "sqs", "ses", "ssm", "lambda", "stepfunctions"})


class Calls:
    """The recorded calls; None while nothing is recorded."""

    def __init__(self) -> None:
        self._recorded: list[dict[str, Any]] | None = None

    @property
    def is_recording(self) -> bool:
        """Whether calls are recorded now."""
        return self._recorded is not None

    def begin(self, _request: Any) -> None:
        """Starts a new recording."""
        self._recorded = []

    def end(self, _request: Any) -> Any:
        """Ends the recording, and returns it."""
        recorded, self._recorded = self._recorded or [], None
        recording = {"calls": recorded, "full": len(recorded) >= MOST}
        return Response(json.dumps(recording, default=str), mimetype="application/json")

    def note(self, _chain: Any, context: Any, response: Any) -> None:
        """Records a call: a handler in LocalStack's chain of response handlers."""
        if self._recorded is None or len(self._recorded) >= MOST or not context.operation:
            return
        if response.status_code < 400 and context.service.service_name in SERVICES:
            self._recorded.append(
                {
                    "service": context.service.service_name,
                    "operation": context.operation.name,
                    "caller": self._caller(context),
                    "request": context.service_request,
                    "response": context.service_response,
                }
            )

    def _caller(self, context: Any) -> str:
        session = SESSIONS.find(context.account_id, access_key(context.request))
        return as_role(session).role if session else ""


@on_infra_start()
def note_calls() -> None:
    """The hook `localstack.hooks.on_infra_start`: adds the two routes and the handler."""
    calls: Any = Calls()
    router().add(PATH, calls.begin, methods=["PUT"])
    router().add(PATH, calls.end, methods=["DELETE"])
    response_handlers().append(calls.note)

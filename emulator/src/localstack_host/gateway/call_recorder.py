"""Notes the AWS calls that reach the emulator, while somebody wants to know them.

`PUT /_host/calls` begins anew, `DELETE /_host/calls` ends it and answers with the calls, oldest
first: `{"calls": [{"service", "operation", "caller", "request", "response"}], "full": false}`. The
caller is the name of the role that asked, or nothing if it was no role. Without that it notes
nothing and costs nothing. `full` says that there were more than it notes.
"""

from __future__ import annotations

import json
from typing import Any

from localstack_host.localstack_api import Response, on_infra_start, response_handlers, router
from localstack_host.services.iam.principal import access_key
from localstack_host.services.iam.sessions import Sessions, as_role

PATH = "/_host/calls"
MOST = 10_000  # calls: who has forgotten to end it does not fill the memory
# Streams and files would not fit into JSON.
SERVICES = frozenset({"dynamodb", "events", "sns", "sqs", "ses", "ssm", "lambda", "stepfunctions"})


class Calls:
    """The calls noted so far, or None while nobody wants to know."""

    def __init__(self) -> None:
        self._noted: list[dict[str, Any]] | None = None
        self._sessions = Sessions()

    def begin(self, _request: Any) -> None:
        """Forgets what was noted, and notes from now on."""
        self._noted = []

    def end(self, _request: Any) -> Any:
        """Stops noting, and gives what was noted."""
        noted, self._noted = self._noted or [], None
        said = {"calls": noted, "full": len(noted) >= MOST}
        return Response(json.dumps(said, default=str), mimetype="application/json")

    def note(self, _chain: Any, context: Any, response: Any) -> None:
        """A handler in the gateway's chain for responses."""
        if self._noted is None or len(self._noted) >= MOST or not context.operation:
            return
        if response.status_code < 400 and context.service.service_name in SERVICES:
            self._noted.append(
                {
                    "service": context.service.service_name,
                    "operation": context.operation.name,
                    "caller": self._caller(context),
                    "request": context.service_request,
                    "response": context.service_response,
                }
            )

    def _caller(self, context: Any) -> str:
        session = self._sessions.find(context.account_id, access_key(context.request))
        return as_role(session).role if session else ""


@on_infra_start()
def note_calls() -> None:
    """The hook `localstack.hooks.on_infra_start`: puts the two routes and the handler in place."""
    calls: Any = Calls()
    router().add(PATH, calls.begin, methods=["PUT"])
    router().add(PATH, calls.end, methods=["DELETE"])
    response_handlers().append(calls.note)

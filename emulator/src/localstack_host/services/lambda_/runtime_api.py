"""The Lambda Runtime API, served to one runtime process.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html: the runtime requests the next
invocation, and posts its response, its error, or the error of its initialization.

Any process of this machine, and any web page, can connect to the port. So the address for the
runtime ends with a secret, and requests without it are refused.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from localstack_host.services.lambda_.runtime_http import HttpResponse, Refused, Server

PREFIX = "/2018-06-01/runtime"
CLIENT_CONTEXT = "Lambda-Runtime-Client-Context"


@dataclass(frozen=True)
class Request:
    """An invocation for the runtime; `deadline_ms` is in epoch milliseconds."""

    request_id: str
    payload: bytes
    function_arn: str
    deadline_ms: int
    trace_id: str
    client_context: dict[str, Any] | None = None

    def headers(self) -> dict[str, str]:
        """The headers of the response to `next`."""
        context = self.client_context
        optional = {} if context is None else {CLIENT_CONTEXT: json.dumps(context)}
        return optional | {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": self.request_id,
            "Lambda-Runtime-Deadline-Ms": str(self.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": self.function_arn,
            "Lambda-Runtime-Trace-Id": self.trace_id,
        }


@dataclass(frozen=True)
class Ready:
    """The runtime has loaded the function and requests an invocation."""


@dataclass(frozen=True)
class Response:
    """The handler's return value, as JSON."""

    payload: bytes


@dataclass(frozen=True)
class FunctionError:
    """The handler raised an exception; `payload` is the error as JSON."""

    payload: bytes


@dataclass(frozen=True)
class InitError:
    """The function could not be loaded; `payload` is the error as JSON."""

    payload: bytes


@dataclass(frozen=True)
class OutOfMemory:
    """The function exceeded its memory limit."""


@dataclass(frozen=True)
class Exited:
    """The process ended; `status` is its exit code, or minus the signal's number."""

    status: int


# Lambda's limit for a synchronous response, 6 MB and a little:
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100
TOO_LARGE = FunctionError(
    json.dumps(
        {
            "errorType": "Function.ResponseSizeTooLarge",
            "errorMessage": "Response payload size exceeded maximum allowed payload size"
            f" ({MAX_RESPONSE_BYTES} bytes).",
        }
    ).encode()
)

Event = Ready | Response | FunctionError | InitError | OutOfMemory | Exited


class RuntimeApi:
    """Serves one runtime process, and queues its events in `events`, in order.

    `on_idle` is called from another thread when the runtime requests an invocation.
    """

    def __init__(self, on_idle: Callable[[], None]) -> None:
        self._on_idle = on_idle
        self.events: SimpleQueue[Event] = SimpleQueue()
        self._requests: SimpleQueue[Request | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._started = False
        self._current: str | None = None
        self._secret = secrets.token_urlsafe(24)
        self._server = Server(self._secret, self._handle, MAX_RESPONSE_BYTES)

    @property
    def address(self) -> str:
        """`host:port/secret`, for AWS_LAMBDA_RUNTIME_API."""
        return f"{self._server.address}/{self._secret}"

    @property
    def idle(self) -> bool:
        """Whether no invocation is queued for the runtime."""
        return self._requests.empty()

    def send(self, request: Request) -> None:
        """Queues the next invocation for the runtime."""
        self._requests.put(request)

    def close(self) -> None:
        """Ends the server, and closes the connection of a waiting runtime."""
        self._requests.put(None)
        self._server.close()

    def _handle(self, method: str, path: str, body: bytes | None) -> HttpResponse:
        """Handles a request of the runtime. A `body` of None exceeded the limit."""
        match method, path.removeprefix(PREFIX).split("/"):
            case "GET", ["", "invocation", "next"]:
                return self._next()
            case "POST", ["", "init", "error"]:
                return self._record_init_error(body)
            case "POST", ["", "invocation", request_id, "response"]:
                return self._record_end(
                    request_id, Response(body) if body is not None else TOO_LARGE
                )
            case "POST", ["", "invocation", request_id, "error"]:
                error = FunctionError(body) if body is not None else TOO_LARGE
                return self._record_end(request_id, error)
        raise Refused(404, "InvalidRequest", f"There is no {method} {path} in the Runtime API.")

    def _next(self) -> HttpResponse:
        """Waits for the next invocation."""
        with self._lock:
            first, self._started = not self._started, True
        if first:
            self.events.put(Ready())
        self._on_idle()
        request = self._requests.get()
        if request is None:
            raise Refused(410, "Closed", "The environment has ended.")
        with self._lock:
            self._current = request.request_id
        return HttpResponse(200, request.payload, request.headers())

    def _record_init_error(self, body: bytes | None) -> HttpResponse:
        with self._lock:
            if self._started:
                raise Refused(403, "InvalidStateTransition", "The runtime has already started.")
            self._started = True
        self.events.put(InitError(body or b"{}"))
        return ACCEPTED

    def _record_end(self, request_id: str, event: Event) -> HttpResponse:
        """Records the end of the current invocation. Refuses any other, and a second end."""
        with self._lock:
            if self._current is None:
                raise Refused(403, "InvalidStateTransition", "No invocation is running.")
            if request_id != self._current:
                raise Refused(400, "InvalidRequestID", f"Not the current invocation: {request_id}")
            self._current = None
        if event is TOO_LARGE:
            return HttpResponse(413, TOO_LARGE.payload, JSON, lambda: self.events.put(event))
        return HttpResponse(202, b"", {}, lambda: self.events.put(event))


JSON = {"Content-Type": "application/json"}
ACCEPTED = HttpResponse(202)

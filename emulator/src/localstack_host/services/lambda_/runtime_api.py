"""The Lambda Runtime API, served to one runtime process.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html: the runtime asks for the next
invocation, and posts its response, its error, or the error that kept it from starting.

Any process of this machine, and any web page, can connect to the port. So the address that the
runtime is given ends in a secret, and nobody else is answered.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue

from localstack_host.services.lambda_.runtime_http import Answer, Refused, Server

PREFIX = "/2018-06-01/runtime"


@dataclass(frozen=True)
class Request:
    """One invocation as the runtime gets it; `deadline_ms` is epoch milliseconds."""

    request_id: str
    payload: bytes
    function_arn: str
    deadline_ms: int
    trace_id: str

    def headers(self) -> dict[str, str]:
        """The headers of the answer to `next`."""
        return {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": self.request_id,
            "Lambda-Runtime-Deadline-Ms": str(self.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": self.function_arn,
            "Lambda-Runtime-Trace-Id": self.trace_id,
        }


@dataclass(frozen=True)
class Ready:
    """The runtime has loaded the function and asks for work."""


@dataclass(frozen=True)
class Response:
    """What the handler returned, as JSON."""

    payload: bytes


@dataclass(frozen=True)
class FunctionError:
    """The handler raised; `payload` is the error as JSON."""

    payload: bytes


@dataclass(frozen=True)
class InitError:
    """The function could not be loaded; `payload` is the error as JSON."""

    payload: bytes


@dataclass(frozen=True)
class OutOfMemory:
    """The function used more memory than it has."""


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
    """Serves one runtime process, and says what it did in `events`, in order.

    `on_idle` is called when the runtime asks for work, from another thread.
    """

    def __init__(self, on_idle: Callable[[], None]) -> None:
        self._on_idle = on_idle
        self.events: SimpleQueue[Event] = SimpleQueue()
        self._requests: SimpleQueue[Request | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._started = False
        self._current: str | None = None
        self._secret = secrets.token_urlsafe(24)
        self._server = Server(self._secret, self._answer, MAX_RESPONSE_BYTES)

    @property
    def address(self) -> str:
        """`host:port/secret`, for AWS_LAMBDA_RUNTIME_API."""
        return f"{self._server.address}/{self._secret}"

    @property
    def idle(self) -> bool:
        """Whether no invocation waits for the runtime."""
        return self._requests.empty()

    def send(self, request: Request) -> None:
        """Gives the runtime its next invocation."""
        self._requests.put(request)

    def close(self) -> None:
        """Ends the server; a runtime that waits for work is hung up on."""
        self._requests.put(None)
        self._server.close()

    def _answer(self, method: str, path: str, body: bytes | None) -> Answer:
        """Answers a request of the runtime's. A `body` of None was larger than allowed."""
        match method, path.removeprefix(PREFIX).split("/"):
            case "GET", ["", "invocation", "next"]:
                return self._next()
            case "POST", ["", "init", "error"]:
                return self._note_init_error(body)
            case "POST", ["", "invocation", request_id, "response"]:
                return self._note_end(request_id, Response(body) if body is not None else TOO_LARGE)
            case "POST", ["", "invocation", request_id, "error"]:
                error = FunctionError(body) if body is not None else TOO_LARGE
                return self._note_end(request_id, error)
        raise Refused(404, "InvalidRequest", f"There is no {method} {path} in the Runtime API.")

    def _next(self) -> Answer:
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
        return Answer(200, request.payload, request.headers())

    def _note_init_error(self, body: bytes | None) -> Answer:
        with self._lock:
            if self._started:
                raise Refused(403, "InvalidStateTransition", "The runtime has started already.")
            self._started = True
        self.events.put(InitError(body or b"{}"))
        return ACCEPTED

    def _note_end(self, request_id: str, event: Event) -> Answer:
        """Only of the invocation that runs, and only once."""
        with self._lock:
            if self._current is None:
                raise Refused(403, "InvalidStateTransition", "No invocation waits for an answer.")
            if request_id != self._current:
                raise Refused(
                    400, "InvalidRequestID", f"Not the invocation that runs: {request_id}"
                )
            self._current = None
        if event is TOO_LARGE:
            return Answer(413, TOO_LARGE.payload, JSON, lambda: self.events.put(event))
        return Answer(202, b"", {}, lambda: self.events.put(event))


JSON = {"Content-Type": "application/json"}
ACCEPTED = Answer(202)

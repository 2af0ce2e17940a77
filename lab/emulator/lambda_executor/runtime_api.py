"""The Lambda Runtime API, served to one runtime process.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html: the runtime asks for the next
invocation, and posts its response, its error, or the error that kept it from starting.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from socketserver import TCPServer
from typing import Any

PREFIX = "/2018-06-01/runtime"
HOST = "127.0.0.1"


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
        self._started = False
        self._server = _Server(self)
        threading.Thread(
            target=self._server.serve_forever, name="lambda-runtime-api", daemon=True
        ).start()

    @property
    def address(self) -> str:
        """`host:port`, as AWS_LAMBDA_RUNTIME_API has it."""
        return f"{HOST}:{self._server.server_address[1]}"

    @property
    def idle(self) -> bool:
        """Whether no invocation waits for the runtime."""
        return self._requests.empty()

    def send(self, request: Request) -> None:
        """Gives the runtime its next invocation."""
        self._requests.put(request)

    def next(self) -> Request | None:
        """Waits for the next invocation; None when the API closes."""
        if not self._started:
            self._started = True
            self.events.put(Ready())
        self._on_idle()
        return self._requests.get()

    def close(self) -> None:
        """Ends the server; a runtime that waits for work is hung up on."""
        self._requests.put(None)
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, api: RuntimeApi) -> None:
        self.api = api
        super().__init__((HOST, 0), _Handler)

    def server_bind(self) -> None:
        """Without asking the name service who this is."""
        TCPServer.server_bind(self)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # with it, a warm invocation takes 40 ms longer

    def do_GET(self) -> None:
        request = self.server.api.next() if self.path == f"{PREFIX}/invocation/next" else None
        if request is None:
            self._answer(HTTPStatus.NOT_FOUND)
        else:
            self._answer(HTTPStatus.OK, request.payload, request.headers())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        event = _event(self.path, body)
        self._answer(HTTPStatus.ACCEPTED if event else HTTPStatus.NOT_FOUND)
        if event:
            self.server.api.events.put(event)

    def _answer(
        self, status: HTTPStatus, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> None:
        """Writes the whole response at once: a second packet would wait for the first one's ACK."""
        fields = (headers or {}) | {"Content-Length": str(len(body))}
        head = [f"HTTP/1.1 {status.value} {status.phrase}"]
        head += [f"{name}: {value}" for name, value in fields.items()]
        self.wfile.write("\r\n".join([*head, "", ""]).encode("latin-1") + body)

    def log_message(self, *_args: Any) -> None:
        pass


def _event(path: str, body: bytes) -> Event | None:
    if path == f"{PREFIX}/init/error":
        return InitError(body)
    if path.startswith(f"{PREFIX}/invocation/") and path.endswith("/response"):
        return Response(body) if len(body) <= MAX_RESPONSE_BYTES else TOO_LARGE
    if path.startswith(f"{PREFIX}/invocation/") and path.endswith("/error"):
        return FunctionError(body)
    return None

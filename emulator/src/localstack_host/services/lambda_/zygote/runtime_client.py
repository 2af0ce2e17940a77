"""The `runtime_client` of AWS's `awslambdaric` in Python: the Lambda Runtime API over HTTP.

AWS's own is compiled, and only for Linux; it takes twice the processor time. This one takes its
place. It has the same four functions, which `awslambdaric` calls, and keeps one connection open.

It is part of the function's process: it imports only modules that every interpreter has loaded or
loads quickly. A zygote preloads it, so the environment is read by `initialize_client`.
"""

from __future__ import annotations

import os
import socket
from io import BufferedReader

DEFAULT_ADDRESS = "127.0.0.1:9001"
INVOCATION = "/2018-06-01/runtime/invocation"
OPTIONAL = (
    "Lambda-Runtime-Trace-Id",
    "Lambda-Runtime-Client-Context",
    "Content-Type",
    "Lambda-Runtime-Cognito-Identity",
    "Lambda-Runtime-Aws-Tenant-Id",
)
Headers = dict[str, str]


class _Client:
    """A client of the Runtime API, whose address may end with a path: `127.0.0.1:4001/SECRET`."""

    def __init__(self, address: str, user_agent: str) -> None:
        self._place, _, secret = address.partition("/")
        self._prefix = f"/{secret}" if secret else ""
        self._user_agent = user_agent
        self._socket: socket.socket | None = None
        self._reader: BufferedReader | None = None

    def exchange(
        self, method: str, path: str, body: bytes = b"", headers: Headers | None = None
    ) -> tuple[int, Headers, bytes]:
        """Sends a request. Returns the status, the headers by lower-case name, and the body."""
        lines = {"Host": self._place, "User-Agent": self._user_agent} | (headers or {})
        if method == "POST":
            lines["Content-Length"] = str(len(body))
        head = "".join(f"{name}: {_line(value)}\r\n" for name, value in lines.items())
        message = f"{method} {self._prefix}{path} HTTP/1.1\r\n{head}\r\n".encode() + body
        try:
            connection, reader = self._connected()
            connection.sendall(message)
            return self._receive(reader)
        except (OSError, ValueError):
            self._disconnect()
            raise

    def _connected(self) -> tuple[socket.socket, BufferedReader]:
        if self._socket is None or self._reader is None:
            host, _, port = self._place.rpartition(":")
            self._socket = socket.create_connection((host, int(port)))
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._reader = self._socket.makefile("rb")
        return self._socket, self._reader

    def _receive(self, reader: BufferedReader) -> tuple[int, Headers, bytes]:
        words = reader.readline().split()
        if len(words) < 2:
            raise ConnectionError("The Runtime API has closed the connection.")
        headers: Headers = {}
        while line := reader.readline().rstrip(b"\r\n"):
            name, _, value = line.decode().partition(":")
            headers[name.strip().lower()] = value.strip()
        length = int(headers.get("content-length", "0"))
        body = reader.read(length)
        if len(body) < length:
            raise ConnectionError("The Runtime API has closed the connection.")
        if headers.get("connection", "").lower() == "close":
            self._disconnect()
        return int(words[1]), headers, body

    def _disconnect(self) -> None:
        for each in (self._reader, self._socket):
            if each is not None:
                each.close()
        self._socket = self._reader = None


_client: _Client | None = None


def initialize_client(user_agent: str) -> None:
    """Called once, before the others."""
    global _client  # noqa: PLW0603 - the interface is that of a module
    address = os.environ.get("AWS_LAMBDA_RUNTIME_API", DEFAULT_ADDRESS)
    _client = _Client(address, user_agent)


def next() -> tuple[bytes, dict[str, str | int | None]]:
    """Waits for the next invocation. Returns the event and the headers. Raises RuntimeError."""
    status, received, body = _request("Failed to get next", "GET", "/next")
    if status != 200:
        raise RuntimeError("Failed to get next")
    headers: dict[str, str | int | None] = {
        name: received.get(name.lower()) or None for name in OPTIONAL
    }
    for name in ("Lambda-Runtime-Aws-Request-Id", "Lambda-Runtime-Invoked-Function-Arn"):
        headers[name] = received.get(name.lower(), "")
    headers["Lambda-Runtime-Deadline-Ms"] = int(received.get("lambda-runtime-deadline-ms", "0"))
    return body, headers


def post_invocation_result(invoke_id: str, result: bytes, content_type: str) -> None:
    """Sends the result of an invocation. Raises RuntimeError if it is refused."""
    headers = {"Content-Type": content_type}
    _post("Failed to post invocation response", f"/{invoke_id}/response", result, headers)


def post_error(invoke_id: str, error: str, xray_fault: str) -> None:
    """Sends the error of an invocation. Raises RuntimeError if it is refused."""
    headers = {"Content-Type": "application/json"}
    if xray_fault:
        headers["Lambda-Runtime-Function-XRay-Error-Cause"] = xray_fault
    _post("Failed to post invocation error", f"/{invoke_id}/error", error.encode(), headers)


def _post(failure: str, path: str, body: bytes, headers: Headers) -> None:
    status, _, _ = _request(failure, "POST", path, body, headers)
    if not 200 <= status < 300:
        raise RuntimeError(failure)


def _request(
    failure: str, method: str, path: str, body: bytes = b"", headers: Headers | None = None
) -> tuple[int, Headers, bytes]:
    if _client is None:
        raise RuntimeError("Client not yet initialized")
    try:
        return _client.exchange(method, INVOCATION + path, body, headers)
    except (OSError, ValueError) as error:
        raise RuntimeError(failure) from error


def _line(value: str) -> str:
    """The value of a header, which is one line."""
    return value.replace("\r", " ").replace("\n", " ")

"""The HTTP server of the Runtime API: one client, identified by a secret, and limited memory.

The lengths that a request declares are checked, and connections of other clients are closed.
"""

from __future__ import annotations

import json
import re
import secrets
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from socketserver import TCPServer
from typing import Any

HOST = "127.0.0.1"
# Headers that browsers send, but not AWS's runtime client.
OF_BROWSERS = ("Origin", "Referer", "Sec-Fetch-Site", "Sec-Fetch-Mode")
# The time in which a client must send the secret. The runtime is silent while a function runs.
STRANGER_TIMEOUT_S = 5.0
CONNECTIONS = 16
# A body above the limit is read to its end, so that the client receives the response, if it is not
# larger than this.
READ_AWAY_BYTES = 2**28
CHUNK_BYTES = 2**16
HEADERS, HEADER_BYTES = 100, 2**16
LENGTH = re.compile(r"[0-9]{1,18}")


class Refused(Exception):
    """A request that the Runtime API refuses, with an error in AWS's format."""

    def __init__(self, status: int, error_type: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = json.dumps({"errorType": error_type, "errorMessage": message}).encode()


@dataclass(frozen=True)
class HttpResponse:
    """A response; `afterwards` is called when it has been sent."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    afterwards: Callable[[], None] | None = None


RequestHandler = Callable[[str, str, bytes | None], HttpResponse]


class Server:
    """Listens on a port of its own until it is closed, which closes every connection."""

    def __init__(self, secret: str, respond: RequestHandler, max_body_bytes: int) -> None:
        self._server = _Server(secret, respond, max_body_bytes)
        threading.Thread(
            target=self._server.serve_forever, name="lambda-runtime-api", daemon=True
        ).start()

    @property
    def address(self) -> str:
        """`host:port`."""
        return self._server.address

    def close(self) -> None:
        """Closes the server and its connections."""
        self._server.shutdown()
        self._server.server_close()
        self._server.close_connections()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, secret: str, respond: RequestHandler, max_body_bytes: int) -> None:
        self.secret = secret
        self.respond = respond
        self.max_body_bytes = max_body_bytes
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__((HOST, 0), _Handler)

    @property
    def address(self) -> str:
        return f"{HOST}:{self.server_address[1]}"

    def server_bind(self) -> None:
        """Binds the port without a lookup of the host name."""
        TCPServer.server_bind(self)

    def verify_request(self, request: Any, *_address: Any) -> bool:
        """Limits the number of connections, as each has a thread."""
        with self._lock:
            if len(self._open) >= CONNECTIONS:
                return False
            self._open.add(request)
            return True

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        with self._lock:
            still_open = list(self._open)
        for connection in still_open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignores errors of clients that have disconnected, or timed out."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    raw_requestline: bytes
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # with it, a warm invocation takes 40 ms longer
    timeout = STRANGER_TIMEOUT_S

    def parse_request(self) -> bool:
        """Reads the head of a request. The original reads it as that of a mail: half the time."""
        words = self.raw_requestline.decode("latin-1").split()
        self.requestline, self.close_connection = " ".join(words), True
        self.command, self.path, self.request_version = "", "", "HTTP/1.1"
        headers = read_headers(self.rfile)
        if len(words) != 3 or words[2] != "HTTP/1.1" or headers is None:
            self._send(HttpResponse(400, b"", {"Connection": "close"}))
            return False
        self.command, self.path, _ = words
        self.headers = headers
        self.close_connection = headers.get("Connection", "").lower() == "close"
        return True

    def do_GET(self) -> None:
        self._handle("GET", lambda: b"")

    def do_POST(self) -> None:
        self._handle("POST", self._body)

    def _handle(self, method: str, body: Callable[[], bytes | None]) -> None:
        try:
            path = self._require_the_runtime()
            self.connection.settimeout(None)
            response = self.server.respond(method, path, body())
        except Refused as refused:
            self.close_connection = True
            self._send(HttpResponse(refused.status, refused.body, {"Connection": "close"}))
            return
        self._send(response)
        if response.afterwards:
            response.afterwards()

    def _require_the_runtime(self) -> str:
        """Returns the path without the secret. Raises Refused for other clients."""
        _, secret, *path = [*self.path.split("/", 2), ""]
        authenticated = secrets.compare_digest(secret.encode(), self.server.secret.encode())
        from_browser = any(name in self.headers for name in OF_BROWSERS)
        if not authenticated or from_browser or self.headers.get("Host") != self.server.address:
            raise Refused(403, "Forbidden", "This Runtime API serves only its own runtime.")
        return "/" + "".join(path)

    def _body(self) -> bytes | None:
        """The body; None if it exceeds the limit, after reading it to its end."""
        length = self._length()
        if length <= self.server.max_body_bytes:
            return self.rfile.read(length)
        if length > READ_AWAY_BYTES:
            raise Refused(413, "RequestEntityTooLarge", f"The body of {length} bytes is too large.")
        while length > 0 and (read := self.rfile.read(min(length, CHUNK_BYTES))):
            length -= len(read)
        return None

    def _length(self) -> int:
        lengths = self.headers.get_all("Content-Length") or []
        if not lengths or "Transfer-Encoding" in self.headers:
            raise Refused(411, "LengthRequired", "The Content-Length is missing.")
        if len(lengths) > 1 or not LENGTH.fullmatch(lengths[0]):
            raise Refused(
                400, "InvalidRequest", f"Invalid Content-Length: {', '.join(lengths)[:80]}"
            )
        return int(lengths[0])

    def _send(self, response: HttpResponse) -> None:
        """Writes the whole response at once: a second packet would wait for the first one's ACK."""
        fields = dict(response.headers) | {"Content-Length": str(len(response.body))}
        head = [f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}"]
        head += [f"{name}: {value}" for name, value in fields.items()]
        self.wfile.write("\r\n".join([*head, "", ""]).encode("latin-1") + response.body)

    def log_message(self, *_args: Any) -> None:
        pass


def read_headers(stream: BufferedIOBase) -> HTTPMessage | None:
    """The fields of a head, to its empty line; None if one is malformed, or they are too many."""
    headers = HTTPMessage()
    for _ in range(HEADERS):
        line = stream.readline(HEADER_BYTES)
        if line in (b"\r\n", b"\n"):
            return headers
        name, colon, value = line.partition(b":")
        if not colon or not line.endswith(b"\n") or not name or name.strip() != name:
            return None
        headers[name.decode("latin-1")] = value.strip().decode("latin-1")
    return None

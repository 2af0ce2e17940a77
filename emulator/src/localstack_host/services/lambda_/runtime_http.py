"""The HTTP server of the Runtime API: one client, identified by a secret, and limited memory.

The lengths that a request declares are checked, and connections of other clients are closed.

Python's own HTTP server reads a head as that of a mail, and wakes twice a second to see whether it
was closed: a tenth of a warm invocation's processor time.
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

HOST = "127.0.0.1"
# Headers that browsers send, but not AWS's runtime client.
OF_BROWSERS = ("origin", "referer", "sec-fetch-site", "sec-fetch-mode")
# The time in which a client must send the secret. The runtime is silent while a function runs.
STRANGER_TIMEOUT_S = 5.0
CONNECTIONS = 16
# A body above the limit is read to its end, so that the client receives the response, if it is not
# larger than this.
READ_AWAY_BYTES = 2**28
CHUNK_BYTES = 2**16
HEADERS, HEAD_BYTES = 100, 2**16
LENGTH = re.compile(r"[0-9]{1,18}")
Headers = dict[str, str]  # by names in lower case


class Refused(Exception):
    """A request that the Runtime API refuses, with an error in AWS's format."""

    def __init__(self, status: int, error_type: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = json.dumps({"errorType": error_type, "errorMessage": message}).encode()


class Malformed(Exception):
    """A head that is none of HTTP/1.1."""


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
        self.secret = secret.encode()
        self.respond = respond
        self.max_body_bytes = max_body_bytes
        self._listener = socket.create_server((HOST, 0))
        self.address = f"{HOST}:{self._listener.getsockname()[1]}"
        """`host:port`."""
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, name="lambda-runtime-api", daemon=True).start()

    def close(self) -> None:
        """Closes the server and its connections."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread in `accept`
        self._listener.close()
        with self._lock:
            still_open = list(self._open)
        for connection in still_open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with suppress(OSError):  # it was closed
            while True:
                client, _ = self._listener.accept()
                self._take(client)

    def _take(self, client: socket.socket) -> None:
        """Limits the number of connections, as each has a thread."""
        with self._lock:
            if len(self._open) >= CONNECTIONS:
                client.close()
                return
            self._open.add(client)
        threading.Thread(
            target=self._serve, args=(client,), name="lambda-runtime-client", daemon=True
        ).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            client.settimeout(STRANGER_TIMEOUT_S)
            # With Nagle's algorithm, a warm invocation takes 40 ms longer.
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with suppress(OSError):  # the client has disconnected, or was silent for too long
                _Connection(client, self).serve()
        finally:
            with self._lock:
                self._open.discard(client)
            client.close()


class _Connection:
    """A client, whose requests are answered one after the other."""

    def __init__(self, client: socket.socket, server: Server) -> None:
        self._client = client
        self._server = server
        self._received = b""

    def serve(self) -> None:
        """Answers requests until the client closes the connection, or one is refused."""
        try:
            while head := self._head():
                method, target, headers = parsed(head)
                path = self._require_the_runtime(target, headers)
                self._client.settimeout(None)
                body = self._body(headers) if method == "POST" else b""
                response = self._server.respond(method, path, body)
                self._send(response)
                if response.afterwards:
                    response.afterwards()
                if headers.get("connection", "").lower() == "close":
                    return
        except Malformed:
            self._send(HttpResponse(400, b"", {"Connection": "close"}))
        except Refused as refused:
            self._send(HttpResponse(refused.status, refused.body, {"Connection": "close"}))

    def _head(self) -> bytes:
        """The next head, without the empty line; empty at the end. Raises Malformed."""
        while (end := self._received.find(b"\r\n\r\n")) < 0:
            if len(self._received) > HEAD_BYTES:
                raise Malformed
            if not (more := self._client.recv(CHUNK_BYTES)):
                return b""
            self._received += more
        head, self._received = self._received[:end], self._received[end + 4 :]
        return head

    def _require_the_runtime(self, target: str, headers: Headers) -> str:
        """Returns the path without the secret. Raises Refused for other clients."""
        _, secret, *path = [*target.split("/", 2), ""]
        authenticated = secrets.compare_digest(secret.encode(), self._server.secret)
        from_browser = any(name in headers for name in OF_BROWSERS)
        if not authenticated or from_browser or headers.get("host") != self._server.address:
            raise Refused(403, "Forbidden", "This Runtime API serves only its own runtime.")
        return "/" + "".join(path)

    def _body(self, headers: Headers) -> bytes | None:
        """The body; None if it exceeds the limit, after reading it to its end."""
        length = _length(headers)
        if length <= self._server.max_body_bytes:
            return self._read(length)
        if length > READ_AWAY_BYTES:
            raise Refused(413, "RequestEntityTooLarge", f"The body of {length} bytes is too large.")
        while length > 0:
            length -= len(self._read(min(length, CHUNK_BYTES)))
        return None

    def _read(self, length: int) -> bytes:
        """Reads so many bytes. Raises ConnectionError if there are fewer."""
        parts, missing = [self._received[:length]], length - len(self._received)
        self._received = self._received[length:]
        while missing > 0:
            if not (part := self._client.recv(min(missing, CHUNK_BYTES))):
                raise ConnectionError
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def _send(self, response: HttpResponse) -> None:
        """Writes the whole response at once: a second packet would wait for the first one's ACK."""
        fields = dict(response.headers) | {"Content-Length": str(len(response.body))}
        head = [f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}"]
        head += [f"{name}: {value}" for name, value in fields.items()]
        self._client.sendall("\r\n".join([*head, "", ""]).encode("latin-1") + response.body)


def parsed(head: bytes) -> tuple[str, str, Headers]:
    """The method, the target and the headers of a request. Raises Malformed.

    Values of a repeated header are joined, so that two lengths or hosts are none that is valid.
    """
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split()
    if len(words) != 3 or words[2] != "HTTP/1.1" or len(lines) > HEADERS:
        raise Malformed
    headers: Headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name.strip() != name:
            raise Malformed
        known, value = name.lower(), value.strip()
        headers[known] = f"{headers[known]}, {value}" if known in headers else value
    return words[0], words[1], headers


def _length(headers: Headers) -> int:
    length = headers.get("content-length")
    if length is None or "transfer-encoding" in headers:
        raise Refused(411, "LengthRequired", "The Content-Length is missing.")
    if not LENGTH.fullmatch(length):
        raise Refused(400, "InvalidRequest", f"Invalid Content-Length: {length[:80]}")
    return int(length)

"""HTTP/1.1 on one connection: requests come in and are answered one after the other."""

from __future__ import annotations

import io
import ssl
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from socket import socket
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import httptools

Environment = dict[str, Any]
Application = Callable[[Environment, Any], Iterable[bytes]]
Header = tuple[str, str]

RECEIVE_BYTES = 2**16
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
WITHOUT_BODY = frozenset({204, 304})


@dataclass
class Incoming:
    """One request; the rest is filled in as it comes in."""

    url: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: io.BytesIO = field(default_factory=io.BytesIO)
    method: str = ""
    version: str = ""
    keep_alive: bool = False


class Requests:
    """The requests of one connection. httptools calls the methods that begin with `on_`."""

    def __init__(self, client: socket) -> None:
        self._client = client
        self._parser = httptools.HttpRequestParser(self)
        self._complete: deque[Incoming] = deque()
        self._current = Incoming()
        self._waits_for_go = False

    def next(self) -> Incoming | None:
        """The next one, None at the end of the connection. Raises HttpParserError."""
        while not self._complete:
            if self._waits_for_go:
                self._client.sendall(CONTINUE)
                self._waits_for_go = False
            received = self._client.recv(RECEIVE_BYTES)
            if not received:
                return None
            self._feed(received)
        return self._complete.popleft()

    def _feed(self, received: bytes) -> None:
        try:
            self._parser.feed_data(received)
        except httptools.HttpParserUpgrade:  # a wish that may be ignored: the answer is HTTP/1.1
            self._complete[-1].keep_alive = False

    def on_message_begin(self) -> None:
        """A request begins."""
        self._current = Incoming()

    def on_url(self, part: bytes) -> None:
        """The request's target, in parts."""
        self._current.url += part

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, as it was written."""
        self._current.headers.append((name, value))
        if name.lower() == b"expect" and value.lower() == b"100-continue":
            self._waits_for_go = True

    def on_body(self, part: bytes) -> None:
        """The body, in parts."""
        self._waits_for_go = False
        self._current.body.write(part)

    def on_message_complete(self) -> None:
        """The request is here."""
        current, self._waits_for_go = self._current, False
        current.method = self._parser.get_method().decode("latin-1")
        current.version = self._parser.get_http_version()
        current.keep_alive = self._parser.should_keep_alive()
        current.body.seek(0)
        self._complete.append(current)


class Connection:
    """Serves a WSGI application to one client until one of the two has enough."""

    def __init__(self, client: socket, application: Application) -> None:
        self._client = client
        self._application = application

    def serve(self) -> None:
        """Returns when the connection is over. Raises OSError if the client has gone."""
        requests = Requests(self._client)
        try:
            while request := requests.next():
                self._answer(request)
                if not request.keep_alive:
                    return
        except httptools.HttpParserError:
            self._client.sendall(BAD_REQUEST)

    def _answer(self, request: Incoming) -> None:
        answer = Answer(self._client, request.keep_alive)
        parts = self._application(self._environment(request), answer.start)
        try:
            answer.send(parts, head_only=request.method == "HEAD")
        finally:
            getattr(parts, "close", lambda: None)()

    def _environment(self, request: Incoming) -> Environment:
        """What PEP 3333 wants, and what LocalStack wants: headers and target as they were sent."""
        target = request.url.decode("latin-1")
        path, query = _split(target)
        host, port = self._client.getpeername()[:2]
        own_host, own_port = self._client.getsockname()[:2]
        return {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "RAW_URI": target,
            "REQUEST_URI": target,
            "SERVER_NAME": own_host,
            "SERVER_PORT": str(own_port),
            "SERVER_PROTOCOL": f"HTTP/{request.version}",
            "REMOTE_ADDR": host,
            "REMOTE_PORT": str(port),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https" if isinstance(self._client, ssl.SSLSocket) else "http",
            "wsgi.input": request.body,
            "wsgi.input_terminated": True,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "rolo.headers": request.headers,
            **_variables(request.headers),
        }


def _split(target: str) -> tuple[str, str]:
    """Path and query; a client that takes us for a proxy names the host before them."""
    if target.startswith("/"):
        path, _, query = target.partition("?")
        return path, query
    at = urlsplit(target)
    return at.path or "/", at.query


def _variables(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers as WSGI has them; a repeated one is joined with commas."""
    found: dict[str, str] = {}
    for name, value in headers:
        key = name.decode("latin-1").upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        text = value.decode("latin-1")
        found[key] = f"{found[key]},{text}" if key in found else text
    return found


class Answer:
    """One response: WSGI's start_response, and what puts it on the wire."""

    def __init__(self, client: socket, keep_alive: bool) -> None:
        self._client = client
        self._keep_alive = keep_alive
        self._status = ""
        self._headers: list[Header] = []

    def start(self, status: str, headers: list[Header], _error: Any = None) -> None:
        """WSGI's start_response."""
        self._status, self._headers = status, headers

    def send(self, parts: Iterable[bytes], head_only: bool) -> None:
        """Sends head and body; what is known at once goes out at once."""
        if head_only or self._has_no_body() or self._is_measured():
            self._client.sendall(self._head([]) + (b"" if head_only else b"".join(parts)))
        elif isinstance(parts, list | tuple):
            body = b"".join(parts)
            length = ("Content-Length", str(len(body)))
            self._client.sendall(self._head([length]) + body)
        else:
            self._stream(parts)

    def _stream(self, parts: Iterable[bytes]) -> None:
        """Sends parts as they come, for example the events of a stream."""
        self._client.sendall(self._head([("Transfer-Encoding", "chunked")]))
        for part in parts:
            if part:
                self._client.sendall(b"%x\r\n%b\r\n" % (len(part), part))
        self._client.sendall(b"0\r\n\r\n")

    def _has_no_body(self) -> bool:
        return int(self._status.split(" ", 1)[0]) in WITHOUT_BODY

    def _is_measured(self) -> bool:
        return any(name.lower() == "content-length" for name, _ in self._headers)

    def _head(self, more: list[Header]) -> bytes:
        lines = [f"HTTP/1.1 {self._status}"]
        lines += [f"{name}: {value}" for name, value in self._all_headers(more)]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _all_headers(self, more: list[Header]) -> Iterator[Header]:
        yield from self._headers
        yield from more
        names = {name.lower() for name, _ in self._headers}
        if "date" not in names:
            yield "Date", formatdate(usegmt=True)
        if not self._keep_alive and "connection" not in names:
            yield "Connection", "close"

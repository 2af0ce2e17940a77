"""HTTP/1.1 on one connection: requests are answered in the order in which they arrive."""

from __future__ import annotations

import ssl
import sys
import time
from collections.abc import Iterable, Set
from contextlib import suppress
from email.utils import formatdate
from functools import lru_cache
from socket import SHUT_RDWR, SHUT_WR, socket
from typing import Any

from localstack_host.server import known_heads
from localstack_host.server.bodies import Bodies
from localstack_host.server.cross_site import SiteCheck
from localstack_host.server.incoming import Incoming
from localstack_host.server.limits import LIMITS, Limits
from localstack_host.server.reading import RECEIVE_BYTES, Requests
from localstack_host.server.refusal import Refusal
from localstack_host.server.wsgi import Application, Environment, Header, variables

WITHOUT_BODY = frozenset({"204", "304"})


class Connection:
    """Serves a WSGI application to one client until either side closes the connection."""

    def __init__(
        self,
        client: socket,
        application: Application,
        limits: Limits = LIMITS,
        sites: SiteCheck | None = None,
        bodies: Bodies | None = None,
    ) -> None:
        self._client = client
        self._application = application
        self._limits = limits
        self._requests = Requests(client, limits, sites or SiteCheck.of(), bodies)

    def serve(self) -> None:
        """Returns when the connection ends. Raises OSError if the client has disconnected."""
        self._peer, self._own = self._client.getpeername()[:2], self._client.getsockname()[:2]
        try:
            while request := self._requests.next():
                self._respond(request)
                if not request.keep_alive:
                    return
        except Refusal as refusal:
            self._requests.close()  # frees the memory before the client has read the reason
            self._refuse(refusal)
        finally:
            self._requests.close()

    @property
    def idle_since(self) -> float | None:
        """When the wait for the next request began (monotonic clock); None while serving one."""
        return self._requests.idle_since

    def hang_up(self) -> None:
        """Ends an idle connection. Called from another thread."""
        with suppress(OSError):  # it has already ended
            self._client.shutdown(SHUT_RDWR)

    def turn_away(self, refusal: Refusal) -> None:
        """Refuses any request of the client. Raises OSError if the client has disconnected."""
        self._client.settimeout(self._limits.parting_s)
        with suppress(TimeoutError):
            self._client.recv(RECEIVE_BYTES)  # so that no reset reaches the client while it sends
        self._refuse(refusal)

    def _refuse(self, refusal: Refusal) -> None:
        """Sends the reason, then reads on briefly: a client that still sends would not read it."""
        self._client.settimeout(self._limits.parting_s)
        self._client.sendall(refusal.response(self._requests.current.method != "HEAD"))
        if not isinstance(self._client, ssl.SSLSocket):
            self._client.shutdown(SHUT_WR)
        until = time.monotonic() + self._limits.parting_s
        with suppress(TimeoutError):
            while self._client.recv(RECEIVE_BYTES) and time.monotonic() < until:
                pass

    def _respond(self, request: Incoming) -> None:
        writer = ResponseWriter(self._client, request.keep_alive)
        parts = self._application(self._environment(request), writer.start)
        try:
            writer.send(parts, head_only=request.method == "HEAD")
        finally:
            getattr(parts, "close", lambda: None)()
            self._requests.forget(request)

    def _environment(self, request: Incoming) -> Environment:
        """The environment of one request, which the application may change."""
        if request.known is None:
            return self._without_body(request) | {"wsgi.input": request.body}
        return {
            **request.known.once(self._without_body, request),
            **request.changed,
            "wsgi.input": request.body,
            "rolo.headers": request.headers,
            known_heads.VARIABLE: request.known,
        }

    def _without_body(self, request: Incoming) -> Environment:
        """The variables of PEP 3333, and LocalStack's: headers and target as they were sent."""
        target = request.target.decode("latin-1")
        return {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": request.path,
            "QUERY_STRING": request.query,
            "RAW_URI": target,
            "REQUEST_URI": target,
            "SERVER_NAME": self._own[0],
            "SERVER_PORT": str(self._own[1]),
            "SERVER_PROTOCOL": f"HTTP/{request.version}",
            "REMOTE_ADDR": self._peer[0],
            "REMOTE_PORT": str(self._peer[1]),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https" if isinstance(self._client, ssl.SSLSocket) else "http",
            "wsgi.input_terminated": True,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "rolo.headers": request.headers,
            **variables(request.headers),
        }


class ResponseWriter:
    """One response: implements WSGI's start_response, and sends the response to the client."""

    def __init__(self, client: socket, keep_alive: bool) -> None:
        self._client = client
        self._keep_alive = keep_alive
        self._status = ""
        self._headers: list[Header] = []

    def start(self, status: str, headers: list[Header], _error: Any = None) -> None:
        """WSGI's start_response."""
        self._status, self._headers = status, headers

    def send(self, parts: Iterable[bytes], head_only: bool) -> None:
        """Sends head and body: in one piece if the body is complete, else part by part."""
        names = {name.lower() for name, _ in self._headers}
        if head_only or self._status[:3] in WITHOUT_BODY or "content-length" in names:
            head = self._head(names)
            self._client.sendall(head if head_only else head + b"".join(parts))
        elif isinstance(parts, list | tuple):
            body = b"".join(parts)
            self._client.sendall(self._head(names, f"Content-Length: {len(body)}\r\n") + body)
        else:
            self._stream(self._head(names, "Transfer-Encoding: chunked\r\n"), parts)

    def _stream(self, head: bytes, parts: Iterable[bytes]) -> None:
        """Sends each part as soon as it is available, for example the events of a stream."""
        self._client.sendall(head)
        for part in parts:
            if part:
                self._client.sendall(b"%x\r\n%b\r\n" % (len(part), part))
        self._client.sendall(b"0\r\n\r\n")

    def _head(self, names: Set[str], additional: str = "") -> bytes:
        """The status, the application's headers, whose names these are, and the server's own."""
        lines = "".join([f"{name}: {value}\r\n" for name, value in self._headers]) + additional
        if "date" not in names:
            lines += f"Date: {_date(int(time.time()))}\r\n"
        if not self._keep_alive and "connection" not in names:
            lines += "Connection: close\r\n"
        return f"HTTP/1.1 {self._status}\r\n{lines}\r\n".encode("latin-1")


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    """A time in seconds since 1970, as headers have it."""
    return formatdate(second, usegmt=True)

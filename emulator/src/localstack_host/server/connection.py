"""HTTP/1.1 on one connection: requests are answered in the order in which they arrive."""

from __future__ import annotations

import ssl
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from email.utils import formatdate
from socket import SHUT_RDWR, SHUT_WR, socket
from typing import Any

from localstack_host.server.bodies import Bodies
from localstack_host.server.cross_site import SiteCheck
from localstack_host.server.incoming import Incoming
from localstack_host.server.limits import LIMITS, Limits
from localstack_host.server.reading import RECEIVE_BYTES, Requests
from localstack_host.server.refusal import Refusal

Environment = dict[str, Any]
Application = Callable[[Environment, Any], Iterable[bytes]]
Header = tuple[str, str]

WITHOUT_BODY = frozenset({204, 304})
OWN_VARIABLES = frozenset({"CONTENT_TYPE", "CONTENT_LENGTH"})  # the others begin with HTTP_


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
            "wsgi.input": request.body,
            "wsgi.input_terminated": True,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "rolo.headers": request.headers,
            **_variables(request.headers),
        }


def _variables(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers as WSGI variables; the values of a repeated header are joined with commas.

    A name with an underscore is left out: it would be confused with the one with a hyphen.
    """
    variables: dict[str, str] = {}
    for name, value in headers:
        if b"_" in name:
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        if key not in OWN_VARIABLES:
            key = f"HTTP_{key}"
        text = value.decode("latin-1")
        variables[key] = f"{variables[key]},{text}" if key in variables else text
    return variables


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
        if head_only or self._has_no_body() or self._is_measured():
            self._client.sendall(self._head([]) + (b"" if head_only else b"".join(parts)))
        elif isinstance(parts, list | tuple):
            body = b"".join(parts)
            length = ("Content-Length", str(len(body)))
            self._client.sendall(self._head([length]) + body)
        else:
            self._stream(parts)

    def _stream(self, parts: Iterable[bytes]) -> None:
        """Sends each part as soon as it is available, for example the events of a stream."""
        self._client.sendall(self._head([("Transfer-Encoding", "chunked")]))
        for part in parts:
            if part:
                self._client.sendall(b"%x\r\n%b\r\n" % (len(part), part))
        self._client.sendall(b"0\r\n\r\n")

    def _has_no_body(self) -> bool:
        return int(self._status.split(" ", 1)[0]) in WITHOUT_BODY

    def _is_measured(self) -> bool:
        return any(name.lower() == "content-length" for name, _ in self._headers)

    def _head(self, additional: list[Header]) -> bytes:
        lines = [f"HTTP/1.1 {self._status}"]
        lines += [f"{name}: {value}" for name, value in self._all_headers(additional)]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _all_headers(self, additional: list[Header]) -> Iterator[Header]:
        yield from self._headers
        yield from additional
        names = {name.lower() for name, _ in self._headers}
        if "date" not in names:
            yield "Date", formatdate(usegmt=True)
        if not self._keep_alive and "connection" not in names:
            yield "Connection", "close"

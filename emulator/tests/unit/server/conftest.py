"""A server on a free port, with limits that a test can reach, and raw sockets to speak to it."""

from __future__ import annotations

import http.client
import io
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from localstack_host.server.cross_site import SiteCheck
from localstack_host.server.limits import Limits
from localstack_host.server.listening import Credentials, Listener
from localstack_host.server.wsgi import Application

TIMEOUT_S = 10
SMALL = Limits(
    request_line_bytes=200,
    header_bytes=1_000,
    headers=10,
    body_bytes=2_000,
    head_s=0.3,
    request_s=0.6,
    idle_s=0.4,
    parting_s=0.2,
    connections=100,
)


@dataclass(frozen=True)
class Reply:
    """What the server answered; nothing of it where it only hung up."""

    status: int
    body: bytes
    headers: dict[str, str]


class Answers(io.BufferedReader):
    """What a server sends. An answer that has been read does not close it: more may follow."""

    def close(self) -> None:
        pass


class Client:
    """A connection that sends bytes as they are."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)
        self._answers = Answers(socket.SocketIO(self.socket, "r"))

    def send(self, *parts: bytes) -> Client:
        for part in parts:
            self.socket.sendall(part)
        return self

    def reply(self, method: str = "GET") -> Reply:
        answer = http.client.HTTPResponse(self.socket, method=method)
        answer.fp = self._answers  # several answers may come together
        answer.begin()
        return Reply(answer.status, answer.read(), dict(answer.getheaders()))

    def is_over(self) -> bool:
        """Whether the server says nothing more. Fails if it waits for more instead."""
        try:
            return self._answers.read(1) == b""
        except ConnectionResetError:
            return True


class Place:
    """A server; `requests` are the method and target of those that reached the application."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.opened: list[Client] = []
        self.listener: Listener | None = None
        self.port = 0

    def serve(
        self, application: Application, limits: Limits, sites: SiteCheck, tls: Credentials | None
    ) -> None:
        own = socket.create_server(("127.0.0.1", 0))
        self.port = own.getsockname()[1]
        self.listener = Listener(own, self._noted(application), tls, limits, sites)
        self.listener.start()

    def _noted(self, application: Application) -> Application:
        def noted(environment: dict[str, Any], start: Any) -> Iterable[bytes]:
            self.requests.append(f"{environment['REQUEST_METHOD']} {environment['RAW_URI']}")
            return application(environment, start)

        return noted

    @property
    def held(self) -> int:
        """The bytes of all bodies that the server has in memory."""
        return self.listener._bodies.held if self.listener else 0

    def client(self) -> Client:
        self.opened.append(Client(self.port))
        return self.opened[-1]

    def ask(self, *parts: bytes, method: str = "GET") -> Reply:
        client = Client(self.port)
        with client.socket:
            return client.send(*parts).reply(method)

    def close(self) -> None:
        for client in self.opened:
            client.socket.close()
        if self.listener:
            self.listener.close()


Serve = Callable[..., Place]


def echo(environment: dict[str, Any], start: Any) -> Iterable[bytes]:
    """Answers with method, path, query and body."""
    body = environment["wsgi.input"].read()
    said = (
        f"{environment['REQUEST_METHOD']} {environment['PATH_INFO']}?{environment['QUERY_STRING']} "
    )
    start("200 OK", [("X-Case", "kept"), ("Content-Type", "text/plain")])
    return [said.encode("latin-1"), body]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves an application; closes everything at the end."""
    places: list[Place] = []

    def serve(
        application: Application = echo,
        limits: Limits = SMALL,
        sites: SiteCheck | None = None,
        tls: Credentials | None = None,
    ) -> Place:
        places.append(Place())
        places[-1].serve(application, limits, sites or SiteCheck(), tls)
        return places[-1]

    yield serve
    for place in places:
        place.close()


@pytest.fixture
def place(serve: Serve) -> Place:
    """A server with small limits that echoes."""
    return serve()

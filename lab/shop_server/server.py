"""Finds a port, and serves until it is stopped."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.core import ports
from lab.core.errors import LabError
from lab.core.target import Target

if TYPE_CHECKING:
    import uvicorn

DEFAULT_PORT = 8080
TRIES = 20
STARTS_S = 60
# In a container the loopback address is the container's own: Docker forwards to another one,
# and publishes it on the host's loopback address.
LISTEN_VARIABLE = "LAB_SHOP_LISTEN"
PUBLISHED_VARIABLE = "LAB_SHOP_PUBLISHED_PORT"


@dataclass(frozen=True)
class Place:
    """Where the shop listens, and its port in the browser's address bar."""

    host: str
    port: int
    published: int

    @property
    def url(self) -> str:
        """The address to open."""
        return f"http://localhost:{self.published}/"


def place(wanted: int | None) -> Place:
    """The wanted port, or the first free one from 8080 on.

    Raises LabError if the wanted port, or each of twenty, is taken.
    """
    port = _checked(wanted) if wanted else _next_free()
    published = int(os.environ.get(PUBLISHED_VARIABLE) or port)
    return Place(os.environ.get(LISTEN_VARIABLE) or ports.HOST, port, published)


def _checked(port: int) -> int:
    if ports.is_free(port):
        return port
    raise LabError(
        f"Port {port} is taken by {ports.holder(port)}.",
        "Name another one with --port, or leave it out: the next free one is taken.",
    )


def _next_free() -> int:
    for port in range(DEFAULT_PORT, DEFAULT_PORT + TRIES):
        if ports.is_free(port):
            return port
    raise LabError(
        f"The ports {DEFAULT_PORT} to {DEFAULT_PORT + TRIES - 1} are all taken.",
        "Name a free one: lab shop --port 9000.",
    )


def make(
    target: Target, where: Place, read_only: bool, started: Callable[[], None]
) -> uvicorn.Server:
    """A server that calls `started` once it listens; `run` serves until Ctrl-C.

    Raises LabError if the environment is not deployed.
    """
    import uvicorn

    from lab.shop_server.application import application

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                started()

    config = uvicorn.Config(
        application(target, where.published, read_only),
        host=where.host,
        port=where.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,  # streams never end by themselves
    )
    return Server(config)


@dataclass
class Running:
    """The shop in a thread of this process, as a context: for tests and pictures."""

    target: Target
    where: Place
    read_only: bool = False

    def __enter__(self) -> Running:
        """Waits until it listens. Raises LabError if it does not."""
        listens = threading.Event()
        self._server = make(self.target, self.where, self.read_only, listens.set)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        if not listens.wait(STARTS_S):
            raise LabError(f"The shop does not listen at {self.where.url} after {STARTS_S} s.")
        return self

    def __exit__(self, *_: object) -> None:
        """Stops it, and waits until all that it changed is undone."""
        self._server.should_exit = True
        self._thread.join(STARTS_S)

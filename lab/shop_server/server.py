"""Finds a port, and serves until it is stopped."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lab.core import ports, preconditions, watchdog
from lab.core.errors import LabError
from lab.core.target import Target

DEFAULT_PORT = 8080
TRIES = 20
STARTS_S = 60
TICKS_A_LOOK = 10  # uvicorn's tick is a tenth of a second
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


def serve(target: Target, where: Place, read_only: bool, started: Callable[[], None]) -> None:
    """Serves until Ctrl-C; calls `started` once it listens.

    Raises LabError if the environment is not deployed, or if the emulator ends.
    """
    server = make(target, where, read_only, started)
    watchdog.no_emulator()  # the server looks itself: it ends in order
    server.run()
    if server.problem:
        raise server.problem


def make(target: Target, where: Place, read_only: bool, started: Callable[[], None]) -> Any:
    """A uvicorn server that calls `started` once it listens; `run` serves until Ctrl-C.

    It ends with its emulator: `problem` is then the LabError that says so, and None otherwise.
    Raises LabError if the environment is not deployed.
    """
    import uvicorn

    from lab.shop_server.application import application

    life = preconditions.Life.of(str(target.endpoint))

    class Server(uvicorn.Server):
        problem: LabError | None = None

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                started()

        async def on_tick(self, counter: int) -> bool:
            if counter % TICKS_A_LOOK == 0:
                self.problem = life.ended()
            return bool(self.problem) or await super().on_tick(counter)

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

"""Listens, and serves each connection in a thread of its own, up to a maximum number."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from localstack.runtime.server.core import RuntimeServer
from rolo.gateway.wsgi import WsgiGateway

from localstack_host.gateway.item_requests import ItemRequests
from localstack_host.performance import shortcuts
from localstack_host.server import function_endpoint
from localstack_host.server.bodies import Bodies
from localstack_host.server.connection import Connection
from localstack_host.server.cross_site import SiteCheck
from localstack_host.server.function_endpoint import FunctionEndpoint
from localstack_host.server.limits import LIMITS, Limits, raise_descriptor_limit, within
from localstack_host.server.refusal import Refusal
from localstack_host.server.wsgi import Application

LOG = logging.getLogger(__name__)

BACKLOG = 1024
TLS_HANDSHAKE = b"\x16"  # the first byte that a TLS client sends
PAUSE_S = 0.1  # before a retry when the system cannot accept a connection now
TURNED_AWAY = 32  # connections above the limit that get a 503 at a time; others are closed

Credentials = tuple[str, str]
"""The files of a certificate and of its key."""


class Server(RuntimeServer):
    """Serves a gateway at one or more addresses, with and without TLS on the same port."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._stopped = threading.Event()

    def register(
        self, gateway: Any, listen: Sequence[Any], ssl_creds: Credentials | None = None
    ) -> None:
        """Listens at every address in `listen`. Raises OSError if one is in use."""
        limits = within(raise_descriptor_limit())
        self._bodies = Bodies(limits.bodies_bytes)
        application: Application = WsgiGateway(gateway)
        if shortcuts.are_taken():
            application = ItemRequests(application, gateway)
        for place in listen:
            self._serve(_listen(place.host, place.port), application, limits, ssl_creds)
        own = function_endpoint.listen(BACKLOG)
        self._serve(own, FunctionEndpoint(application), limits)

    def _serve(
        self,
        own: socket.socket,
        application: Application,
        limits: Limits,
        credentials: Credentials | None = None,
    ) -> None:
        listener = Listener(own, application, credentials, limits, bodies=self._bodies)
        self._listeners.append(listener)
        listener.start()

    def run(self) -> None:
        """Waits for `shutdown`."""
        self._stopped.wait()

    def shutdown(self) -> None:
        """Stops listening. Requests in progress end with the process."""
        for listener in self._listeners:
            listener.close()
        self._stopped.set()


class Listener:
    """Accepts connections at one address, and serves an application to each in its own thread."""

    def __init__(
        self,
        own: socket.socket,
        application: Application,
        credentials: Credentials | None = None,
        limits: Limits = LIMITS,
        sites: SiteCheck | None = None,
        bodies: Bodies | None = None,
    ) -> None:
        self._own = own
        self._application = application
        self._tls = _context(*credentials) if credentials else None
        self._limits = limits
        self._sites = sites or SiteCheck.of()
        self._bodies = bodies or Bodies(limits.bodies_bytes)
        self._places = threading.BoundedSemaphore(limits.connections)
        self._places_to_turn_away = threading.BoundedSemaphore(TURNED_AWAY)
        self._open: set[Connection] = set()
        self._closed = threading.Event()

    def start(self) -> None:
        """Starts accepting connections, in a thread of its own."""
        name = f"gateway-{self._own.getsockname()[1]}"
        threading.Thread(target=self._accept, name=name, daemon=True).start()

    def close(self) -> None:
        """Stops listening. Open connections continue."""
        self._closed.set()
        with suppress(OSError):
            self._own.shutdown(socket.SHUT_RDWR)  # wakes the thread in `accept`
        self._own.close()

    def _accept(self) -> None:
        """Accepts connections until the listener is closed, also after temporary errors."""
        logged = False
        while not self._closed.is_set():
            try:
                client, _ = self._own.accept()
            except OSError as error:  # too many open files, or the client has disconnected
                if not self._closed.wait(PAUSE_S) and not logged:
                    LOG.warning("Cannot accept connections at the moment, retrying: %s", error)
                logged = True
                continue
            logged = False
            self._take(client)

    def _take(self, client: socket.socket) -> None:
        if self._has_place():
            self._in_a_thread(self._serve, client, self._places)
        elif self._places_to_turn_away.acquire(blocking=False):
            self._in_a_thread(self._turn_away, client, self._places_to_turn_away)
        else:
            client.close()

    def _has_place(self) -> bool:
        """Acquires a place, if necessary by closing the connection that was idle the longest."""
        if self._places.acquire(blocking=False):
            return True
        idle = {
            connection: since for connection in list(self._open) if (since := connection.idle_since)
        }
        if not idle:
            return False
        min(idle, key=idle.__getitem__).hang_up()
        return self._places.acquire(timeout=PAUSE_S)

    def _in_a_thread(self, serve: Any, client: socket.socket, places: Any) -> None:
        def run() -> None:
            try:
                with suppress(OSError):  # the client has disconnected
                    serve(client)
            finally:
                places.release()  # before the client sees the end and reconnects
                client.close()

        try:
            threading.Thread(target=run, name="gateway-connection", daemon=True).start()
        except RuntimeError as error:  # the system cannot create more threads now
            LOG.warning("Cannot start a thread for a connection: %s", error)
            client.close()
            places.release()

    def _serve(self, client: socket.socket) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.settimeout(self._limits.head_s)
        if self._tls and client.recv(1, socket.MSG_PEEK) == TLS_HANDSHAKE:
            with self._tls.wrap_socket(client, server_side=True) as encrypted:
                self._serve_connection(self._connection(encrypted))
        else:
            self._serve_connection(self._connection(client))

    def _serve_connection(self, connection: Connection) -> None:
        self._open.add(connection)
        try:
            connection.serve()
        finally:
            self._open.discard(connection)

    def _turn_away(self, client: socket.socket) -> None:
        most = self._limits.connections
        refusal = Refusal(
            HTTPStatus.SERVICE_UNAVAILABLE,
            f"The limit of {most} connections is reached. Close some, or retry later.",
        )
        self._connection(client).turn_away(refusal)

    def _connection(self, client: socket.socket) -> Connection:
        return Connection(client, self._application, self._limits, self._sites, self._bodies)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def _context(certificate: str, key: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context

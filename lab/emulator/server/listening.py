"""Listens, and gives each connection a thread of its own."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Sequence
from typing import Any

from localstack.runtime.server.core import RuntimeServer
from rolo.gateway.wsgi import WsgiGateway

from lab.emulator.server.connection import Application, Connection

BACKLOG = 1024
TLS_HANDSHAKE = b"\x16"  # the first byte of a client that wants TLS


class Server(RuntimeServer):
    """Serves a gateway at one or more addresses, with and without TLS at the same port."""

    def __init__(self) -> None:
        self._listeners: list[socket.socket] = []
        self._stopped = threading.Event()

    def register(
        self, gateway: Any, listen: Sequence[Any], ssl_creds: tuple[str, str] | None = None
    ) -> None:
        """Listens at every address of `listen`. Raises OSError if one is taken."""
        application = WsgiGateway(gateway)
        for place in listen:
            listener = _listen(place)
            self._listeners.append(listener)
            threading.Thread(
                target=self._accept,
                args=(listener, application, ssl_creds),
                name=f"gateway-{place.port}",
                daemon=True,
            ).start()

    def run(self) -> None:
        """Returns after `shutdown`."""
        self._stopped.wait()

    def shutdown(self) -> None:
        """Stops listening. Requests that are being answered end with the process."""
        for listener in self._listeners:
            listener.close()
        self._stopped.set()

    def _accept(self, listener: socket.socket, application: Application, credentials: Any) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:  # the listener has been closed
                return
            threading.Thread(
                target=_serve,
                args=(client, application, credentials),
                name="gateway-connection",
                daemon=True,
            ).start()


def _listen(place: Any) -> socket.socket:
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    return socket.create_server((place.host, place.port), family=family, backlog=BACKLOG)


def _serve(client: socket.socket, application: Application, credentials: Any) -> None:
    try:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if credentials and client.recv(1, socket.MSG_PEEK) == TLS_HANDSHAKE:
            client = _encrypted(client, *credentials)
        with client:
            Connection(client, application).serve()
    except OSError:  # the client has gone
        client.close()


def _encrypted(client: socket.socket, certificate: str, key: str) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context.wrap_socket(client, server_side=True)

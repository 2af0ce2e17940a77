"""HTTP connections that stay open, for requests whose bodies are short.

Python's own client parses the headers of a response as those of a mail, which takes a third of the
processor time of a request to DynamoDB.
"""

from __future__ import annotations

import os
import select
import socket
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader

CONTINUE = 100
WITHOUT_BODY = (204, 304)


@dataclass(frozen=True)
class Place:
    """Where to connect to, and the timeouts in seconds (None: none)."""

    host: str
    port: int
    connect_s: float | None
    read_s: float | None


@dataclass(frozen=True)
class Received:
    """A response: its headers in their order, as they were spelled."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class NotConnectedError(Exception):
    """No connection could be made: nothing was sent."""


class Connection:
    """One connection."""

    def __init__(self, place: Place) -> None:
        try:
            self._socket = socket.create_connection((place.host, place.port), place.connect_s)
        except OSError as error:
            raise NotConnectedError from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.settimeout(place.read_s)
        self._reader: BufferedReader = self._socket.makefile("rb")
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)

    @property
    def idle(self) -> bool:
        """Whether it can be used again: the server has not closed it."""
        return not self._poll.poll(0)

    def exchange(self, message: bytes) -> tuple[Received, bool]:
        """Sends a request. Returns the response, and whether the connection stays open.

        Raises OSError, or ValueError if the response is no HTTP.
        """
        with suppress(BrokenPipeError, ConnectionResetError):  # it may have responded nevertheless
            self._socket.sendall(message)
        status, headers = self._status(), tuple(self._headers())
        while status == CONTINUE:
            status, headers = self._status(), tuple(self._headers())
        by_name = {name.lower(): value for name, value in headers}
        body = b"" if status in WITHOUT_BODY else self._body(by_name)
        return Received(status, headers, body), _stays_open(by_name)

    def close(self) -> None:
        """Closes the connection."""
        self._reader.close()
        self._socket.close()

    def _status(self) -> int:
        line = self._reader.readline()
        if not line:
            raise ConnectionResetError("The connection was closed before the response.")
        return int(line.split(None, 2)[1])

    def _headers(self) -> Iterable[tuple[str, str]]:
        while line := self._line():
            name, _, value = line.decode("latin-1").partition(":")
            yield name, value.strip()

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return b"".join(self._chunks())
        if "content-length" in headers:
            return self._exactly(int(headers["content-length"]))
        return self._reader.read()

    def _chunks(self) -> Iterable[bytes]:
        while size := int(self._line().partition(b";")[0], 16):
            yield self._exactly(size)
            self._line()
        while self._line():
            pass  # trailers

    def _line(self) -> bytes:
        """The next line without its end."""
        line = self._reader.readline()
        if not line.endswith(b"\n"):
            raise ConnectionResetError("The connection was closed within a response.")
        return line.rstrip(b"\r\n")

    def _exactly(self, size: int) -> bytes:
        data = self._reader.read(size)
        if len(data) < size:
            raise ConnectionResetError("The connection was closed within a response.")
        return data


def _stays_open(headers: dict[str, str]) -> bool:
    bounded = "content-length" in headers or "transfer-encoding" in headers
    return bounded and headers.get("connection", "").lower() != "close"


_FREE: defaultdict[Place, list[Connection]] = defaultdict(list)
os.register_at_fork(after_in_child=_FREE.clear)  # they are the parent's


def exchange(place: Place, message: bytes) -> Received:
    """Sends a request on a free connection, or on a new one.

    Raises NotConnectedError, OSError, or ValueError if the response is no HTTP.
    """
    connection = _take(place)
    try:
        received, stays_open = connection.exchange(message)
    except BaseException:
        connection.close()
        raise
    if stays_open:
        _FREE[place].append(connection)
    else:
        connection.close()
    return received


def _take(place: Place) -> Connection:
    free = _FREE[place]
    while True:
        try:
            connection = free.pop()
        except IndexError:
            return Connection(place)
        if connection.idle:
            return connection
        connection.close()

"""HTTP connections that stay open, for requests whose bodies are short.

Python's own client parses the headers of a response as those of a mail, which takes a third of the
processor time of a request to DynamoDB.
"""

from __future__ import annotations

import os
import re
import select
import socket
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

CONTINUE = 100
WITHOUT_BODY = (204, 304)
END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
AT_ONCE = 2**16


@dataclass(frozen=True)
class Place:
    """Where to connect to, and the timeouts in seconds (None: none)."""

    host: str
    port: int
    connect_s: float | None
    read_s: float | None


@dataclass(frozen=True)
class Received:
    """A response: the lines of its headers, and the headers by their names in lower case."""

    status: int
    lines: Sequence[str]
    headers: dict[str, str]
    body: bytes

    @property
    def spelled(self) -> Iterable[tuple[str, str]]:
        """The headers in their order, as they were spelled."""
        for line in self.lines:
            name, _, value = line.partition(":")
            yield name, value.strip()


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
        self._rest = b""
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)

    @property
    def idle(self) -> bool:
        """Whether it can be used again: the server has not closed it."""
        return not self._rest and not self._poll.poll(0)

    def exchange(self, message: bytes) -> tuple[Received, bool]:
        """Sends a request. Returns the response, and whether the connection stays open.

        Raises OSError, or ValueError or IndexError if the response is no HTTP.
        """
        with suppress(BrokenPipeError, ConnectionResetError):  # it may have responded nevertheless
            self._socket.sendall(message)
        status, lines = self._head()
        while status == CONTINUE:
            status, lines = self._head()
        headers = _joined(lines)
        body = b"" if status in WITHOUT_BODY else self._body(headers)
        return Received(status, lines, headers, body), _stays_open(headers)

    def close(self) -> None:
        """Closes the connection."""
        self._socket.close()

    def _head(self) -> tuple[int, list[str]]:
        """The status and the lines of the headers."""
        while not (end := END_OF_HEAD.search(self._rest)):
            if b"\n" in self._rest:
                _status(self._rest)
            self._rest += self._more()
        head, self._rest = self._rest[: end.start()], self._rest[end.end() :]
        _, *lines = head.decode("latin-1").split("\n")
        return _status(head), lines

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return b"".join(self._chunks())
        if "content-length" in headers:
            return self._exactly(int(headers["content-length"]))
        return b"".join(self._everything())

    def _chunks(self) -> Iterable[bytes]:
        while size := int(self._line().partition(b";")[0], 16):
            yield self._exactly(size)
            self._line()
        while self._line():
            pass  # trailers

    def _everything(self) -> Iterable[bytes]:
        yield self._rest
        while data := self._socket.recv(AT_ONCE):
            yield data

    def _line(self) -> bytes:
        """The next line without its end."""
        while b"\n" not in self._rest:
            self._rest += self._more()
        line, _, self._rest = self._rest.partition(b"\n")
        return line.rstrip(b"\r")

    def _exactly(self, size: int) -> bytes:
        missing, parts = size - len(self._rest), [self._rest]
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        data = b"".join(parts)
        self._rest = data[size:]
        return data[:size]

    def _more(self) -> bytes:
        data = self._socket.recv(AT_ONCE)
        if not data:
            raise ConnectionResetError("The connection was closed before the response had ended.")
        return data


def _status(head: bytes) -> int:
    return int(head.split(None, 2)[1])


def _joined(lines: list[str]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        lower, value = name.lower(), value.strip()
        joined[lower] = f"{joined[lower]}, {value}" if lower in joined else value
    return joined


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

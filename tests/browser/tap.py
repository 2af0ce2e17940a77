"""A tap between browser and emulator: it sees each request and its answer, and changes nothing.

The browser's own events leave out what a page may not see, and what outlives its page.
"""

from __future__ import annotations

import socket
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

import httptools

CHUNK = 2**16
PATIENCE_S = 10.0
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%b"


@dataclass
class Exchange:
    """A request, with what the emulator answered; `status` is 0 until it has."""

    method: str
    target: str
    headers: dict[str, str]
    status: int = 0
    answer: str = ""

    def __str__(self) -> str:
        sent = {name: value for name, value in self.headers.items() if name in TELLING}
        return f"{self.status} {self.method} {self.target[:80]} {sent}"


TELLING = ("host", "origin", "referer", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest")


@dataclass
class Tap:
    """Listens at a port of its own, and passes on to the emulator's.

    It answers the paths in `pages` itself, like an attacker whose name leads to his own server
    first, and to the emulator afterwards (DNS rebinding).
    """

    port: int
    seen: list[Exchange] = field(default_factory=list)
    pages: dict[bytes, bytes] = field(default_factory=dict)
    news: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        """Where the browser reaches the emulator through the tap."""
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def answered(self, mark: str) -> list[Exchange]:
        """The exchanges about what is called `mark`, once there is one and each has an answer."""

        def complete() -> list[Exchange]:
            found = [exchange for exchange in self.seen if mark in exchange.target]
            return found if all(exchange.status for exchange in found) else []

        with self.news:
            found = self.news.wait_for(complete, PATIENCE_S)
        assert found, f"after {PATIENCE_S:g} s the emulator has answered nothing about {mark}"
        return list(found)

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # the tap is closed
            while True:
                client, _ = self._listener.accept()
                Line(client, self).open()


class Line:
    """One connection. httptools calls the methods that begin with `on_`."""

    def __init__(self, client: socket.socket, tap: Tap) -> None:
        self._client = client
        self._server = socket.create_connection(("127.0.0.1", tap.port))
        self._tap = tap
        self._unanswered: deque[Exchange] = deque()
        self._parser = httptools.HttpRequestParser(self)
        self._target, self._headers = b"", dict[str, str]()

    def open(self) -> None:
        for way in (self._there, self._back):
            threading.Thread(target=way, daemon=True).start()

    def _there(self) -> None:
        with suppress(OSError):
            while sent := self._client.recv(CHUNK):
                with suppress(httptools.HttpParserUpgrade):
                    self._parser.feed_data(sent)
                if page := self._tap.pages.get(self._target):
                    self._client.sendall(PAGE % (len(page), page))
                else:
                    self._server.sendall(sent)
            self._server.shutdown(socket.SHUT_WR)

    def _back(self) -> None:
        """A browser asks one thing at a time: what begins with a status line is the answer."""
        with suppress(OSError), self._client, self._server:
            while sent := self._server.recv(CHUNK):
                if sent.startswith(b"HTTP/") and self._unanswered:
                    self._note(self._unanswered.popleft(), sent)
                self._client.sendall(sent)

    def on_message_begin(self) -> None:
        self._target, self._headers = b"", {}

    def on_url(self, part: bytes) -> None:
        self._target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if self._target in self._tap.pages:
            return
        method = self._parser.get_method().decode()
        exchange = Exchange(method, self._target.decode("latin-1"), self._headers)
        self._unanswered.append(exchange)
        self._tap.seen.append(exchange)

    def _note(self, exchange: Exchange, answer: bytes) -> None:
        with self._tap.news:
            exchange.answer = answer.partition(b"\r\n\r\n")[0].decode("latin-1").lower()
            exchange.status = int(answer.split(b" ", 2)[1])
            self._tap.news.notify_all()

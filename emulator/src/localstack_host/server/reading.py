"""Reads the requests of one connection, within the limits. llhttp, Node's parser, parses them."""

from __future__ import annotations

import io
import time
from collections import deque
from http import HTTPStatus
from socket import socket

import httptools

from localstack_host.server.bodies import Bodies
from localstack_host.server.cross_site import SiteCheck
from localstack_host.server.incoming import (
    Incoming,
    check_head,
    check_unpacked,
    headers_too_large,
    too_large,
)
from localstack_host.server.limits import Limits
from localstack_host.server.refusal import Refusal, malformed

RECEIVE_BYTES = 2**16
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
SOON_S = 0.001  # a time limit that has passed: 0 would mean not to wait at all, and never to fail


class Requests:
    """The requests of one connection. httptools calls the methods that begin with `on_`.

    A request that is refused comes after those before it, and nothing comes after it.
    """

    def __init__(
        self, client: socket, limits: Limits, sites: SiteCheck, bodies: Bodies | None = None
    ) -> None:
        self._client = client
        self._limits = limits
        self._sites = sites
        self._bodies = bodies or Bodies(limits.bodies_bytes)
        self._parser = httptools.HttpRequestParser(self)
        self._complete: deque[Incoming] = deque()
        self._refusal: Refusal | None = None
        self._served = False
        self._began: float | None = None  # when the request began that is not complete yet
        self._in_head = True
        self._unheard = 0  # bytes since the parser last had something whole to tell
        self._waits_for_go = False
        self.current = Incoming()
        """The request that came last, as far as it is there."""
        self.idle_since: float | None = None
        """Since when, by the monotonic clock, the client has been silent between two requests."""

    def next(self) -> Incoming | None:
        """The next one, None at the end of the connection. Raises Refusal and OSError."""
        while not self._complete:
            if self._refusal:
                raise self._refusal
            if self._waits_for_go:
                self._client.sendall(CONTINUE)
                self._waits_for_go = False
            received = self._receive()
            if not received:
                return None
            self._feed(received)
        self._served = True
        self._wait(self._limits.idle_s)  # for the client to take the answer, and to ask again
        return self._complete.popleft()

    def forget(self, request: Incoming) -> None:
        """Lets go of the body of a request that has been answered, or never will be."""
        self._bodies.give_back(request.held)
        request.held, request.body = 0, io.BytesIO()

    def close(self) -> None:
        """Lets go of what came and was not answered."""
        for request in {id(each): each for each in (self.current, *self._complete)}.values():
            self.forget(request)

    def _receive(self) -> bytes:
        self._wait(self._patience())
        self.idle_since = time.monotonic() if self._began is None else None
        try:
            return self._client.recv(RECEIVE_BYTES)
        except TimeoutError:
            if self._began is None and self._served:
                return b""  # it has been answered and wants no more
            raise self._too_slow() from None
        finally:
            self.idle_since = None

    def _wait(self, seconds: float) -> None:
        """Sets how long the connection waits. The system is asked only if that changes."""
        if self._client.gettimeout() != seconds:
            self._client.settimeout(seconds)

    def _patience(self) -> float:
        """How many seconds the next bytes may take."""
        if self._began is None:
            return self._limits.idle_s if self._served else self._limits.head_s
        allowed = self._limits.head_s if self._in_head else self._limits.request_s
        return max(SOON_S, self._began + allowed - time.monotonic())

    def _too_slow(self) -> Refusal:
        head, whole = self._limits.head_s, self._limits.request_s
        return Refusal(
            HTTPStatus.REQUEST_TIMEOUT,
            f"The request did not arrive in time: its head may take {head:g} s, all of it"
            f" {whole:g} s.",
        )

    def _feed(self, received: bytes) -> None:
        if self._began is None:
            self._began = time.monotonic()
        self._unheard += len(received)
        try:
            self._parser.feed_data(received)
        except httptools.HttpParserUpgrade:  # a wish that may be ignored: the answer is HTTP/1.1
            self._complete[-1].keep_alive = False
        except httptools.HttpParserError as error:
            own = error.__context__  # what a method below has raised
            self._refusal = own if isinstance(own, Refusal) else malformed(str(error))
        # The parser keeps a header, or what follows a body, until it is complete: it may never be.
        if self._unheard > self._limits.header_bytes + RECEIVE_BYTES:
            self._refusal = self._refusal or headers_too_large(self._limits)

    def on_message_begin(self) -> None:
        """A request begins."""
        self.current = Incoming()
        self._began = self._began or time.monotonic()
        self._in_head, self._unheard = True, 0

    def on_url(self, part: bytes) -> None:
        """The request's target, in parts."""
        self.current.target += part
        most = self._limits.request_line_bytes
        if len(self.current.target) > most:
            raise Refusal(
                HTTPStatus.REQUEST_URI_TOO_LONG, f"The address is longer than {most} bytes."
            )

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, as it was written. Those that follow a body (trailers) are left out."""
        if not self._in_head:
            return
        self.current.add_header(name, value)
        most = self._limits.headers
        if len(self.current.headers) > most:
            raise Refusal(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"There are more than {most} headers."
            )

    def on_headers_complete(self) -> None:
        """The head is here: who is refused is refused before the body is read."""
        current, self._in_head = self.current, False
        current.method = self._parser.get_method().decode("latin-1")
        current.version = self._parser.get_http_version()
        check_head(current, self._limits, self._sites)
        self._waits_for_go = current.version == "1.1" and b"100-continue" in current.values(
            b"expect"
        )
        self._unheard = 0

    def on_chunk_header(self) -> None:
        """A part of a body that comes in chunks begins."""
        self._unheard = 0

    def on_body(self, part: bytes) -> None:
        """The body, in parts."""
        self._waits_for_go, self._unheard = False, 0
        self._hold(len(part))
        self.current.body.write(part)
        if self.current.body.tell() > self._limits.body_bytes:
            raise too_large(self._limits)

    def on_message_complete(self) -> None:
        """The request is here."""
        current, self._waits_for_go, self._began = self.current, False, None
        self._hold(check_unpacked(current, self._limits))
        current.keep_alive = self._parser.should_keep_alive()
        current.body.seek(0)
        self._complete.append(current)

    def _hold(self, size: int) -> None:
        self._bodies.take(size)
        self.current.held += size

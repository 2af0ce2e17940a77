"""Reads the requests of one connection, within the limits. The parser is llhttp, Node's."""

from __future__ import annotations

import io
import time
from collections import deque
from http import HTTPStatus
from socket import socket

import httptools

from localstack_host.performance import shortcuts
from localstack_host.server.bodies import Bodies
from localstack_host.server.cross_site import SiteCheck
from localstack_host.server.incoming import (
    Incoming,
    check_head,
    check_unpacked,
    headers_too_large,
    too_large,
)
from localstack_host.server.known_heads import KNOWN, KnownHeads
from localstack_host.server.limits import Limits
from localstack_host.server.refusal import Refusal, malformed

RECEIVE_BYTES = 2**16
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
SOON_S = 0.001  # an elapsed time limit: a timeout of 0 would make the socket non-blocking


class Requests:
    """The requests of one connection. httptools calls the methods that begin with `on_`.

    A refusal is raised after the requests before it have been returned, and ends the connection.
    """

    def __init__(
        self, client: socket, limits: Limits, sites: SiteCheck, bodies: Bodies | None = None
    ) -> None:
        self._client = client
        self._limits = limits
        self._sites = sites
        self._bodies = bodies or Bodies(limits.bodies_bytes)
        self._known = KnownHeads(KNOWN if shortcuts.are_taken() else 0)
        self._parser = httptools.HttpRequestParser(self)
        self._complete: deque[Incoming] = deque()
        self._refusal: Refusal | None = None
        self._served = False
        self._began: float | None = None  # when the incomplete request began
        self._in_head = True
        self._unparsed = 0  # bytes since the last callback of the parser
        self._continue_expected = False
        self.current = Incoming()
        """The latest request, which may be incomplete."""
        self.idle_since: float | None = None
        """When the client became silent between two requests (monotonic clock)."""

    def next(self) -> Incoming | None:
        """The next request; None at the end of the connection. Raises Refusal and OSError."""
        while not self._complete:
            if self._refusal:
                raise self._refusal
            if self._continue_expected:
                self._client.sendall(CONTINUE)
                self._continue_expected = False
            received = self._receive()
            if not received:
                return None
            self._feed(received)
        self._served = True
        # For sending the response, and for the next request.
        self._set_timeout(self._limits.idle_s)
        return self._complete.popleft()

    def forget(self, request: Incoming) -> None:
        """Frees the body of a request that has been answered, or will not be."""
        self._bodies.release(request.counted)
        request.counted, request.body = 0, io.BytesIO()

    def close(self) -> None:
        """Frees the bodies of the requests that were not answered."""
        for request in {id(each): each for each in (self.current, *self._complete)}.values():
            self.forget(request)

    def _receive(self) -> bytes:
        self._set_timeout(self._timeout_s())
        self.idle_since = time.monotonic() if self._began is None else None
        try:
            return self._client.recv(RECEIVE_BYTES)
        except TimeoutError:
            if self._began is None and self._served:
                return b""  # an idle connection after its last request
            raise self._too_slow() from None
        finally:
            self.idle_since = None

    def _set_timeout(self, seconds: float) -> None:
        """Sets the timeout of the socket. Makes no system call if it is unchanged."""
        if self._client.gettimeout() != seconds:
            self._client.settimeout(seconds)

    def _timeout_s(self) -> float:
        """The time in seconds in which the next bytes must arrive."""
        if self._began is None:
            return self._limits.idle_s if self._served else self._limits.head_s
        allowed = self._limits.head_s if self._in_head else self._limits.request_s
        return max(SOON_S, self._began + allowed - time.monotonic())

    def _too_slow(self) -> Refusal:
        head, whole = self._limits.head_s, self._limits.request_s
        return Refusal(
            HTTPStatus.REQUEST_TIMEOUT,
            f"The request did not arrive in time: the limit is {head:g} s for its head and"
            f" {whole:g} s in total.",
        )

    def _feed(self, received: bytes) -> None:
        begins = self._began is None
        if begins and (request := self._known.request(received, self._limits.body_bytes)):
            self.current = request
            self._hold(request.body.getbuffer().nbytes)
            self._complete.append(request)
            return
        self._parse(received)
        if begins and self._began is None and len(self._complete) == 1:
            self._known.add(self._complete[0], received)

    def _parse(self, received: bytes) -> None:
        if self._began is None:
            self._began = time.monotonic()
        self._unparsed += len(received)
        try:
            self._parser.feed_data(received)
        except httptools.HttpParserUpgrade:  # may be ignored: the response is HTTP/1.1
            self._complete[-1].keep_alive = False
        except httptools.HttpParserError as error:
            cause = error.__context__  # raised by a callback below
            self._refusal = cause if isinstance(cause, Refusal) else malformed(str(error))
        # The parser buffers a header or a trailer until it is complete, which it may never be.
        if self._unparsed > self._limits.header_bytes + RECEIVE_BYTES:
            self._refusal = self._refusal or headers_too_large(self._limits)

    def on_message_begin(self) -> None:
        """Called when a request begins."""
        self.current = Incoming()
        self._began = self._began or time.monotonic()
        self._in_head, self._unparsed = True, 0

    def on_url(self, part: bytes) -> None:
        """Called with each part of the target."""
        self.current.target += part
        most = self._limits.request_line_bytes
        if len(self.current.target) > most:
            raise Refusal(
                HTTPStatus.REQUEST_URI_TOO_LONG, f"The request target is longer than {most} bytes."
            )

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called with each header, as it was sent. Trailers are ignored."""
        if not self._in_head:
            return
        self.current.add_header(name, value)
        most = self._limits.headers
        if len(self.current.headers) > most:
            raise Refusal(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"There are more than {most} headers."
            )

    def on_headers_complete(self) -> None:
        """Called after the head, so that a request is refused before its body is read."""
        current, self._in_head = self.current, False
        current.method = self._parser.get_method().decode("latin-1")
        current.version = self._parser.get_http_version()
        check_head(current, self._limits, self._sites)
        self._continue_expected = current.version == "1.1" and b"100-continue" in current.values(
            b"expect"
        )
        self._unparsed = 0

    def on_chunk_header(self) -> None:
        """Called when a chunk begins."""
        self._unparsed = 0

    def on_body(self, part: bytes) -> None:
        """Called with each part of the body."""
        self._continue_expected, self._unparsed = False, 0
        self._hold(len(part))
        self.current.body.write(part)
        if self.current.body.tell() > self._limits.body_bytes:
            raise too_large(self._limits)

    def on_message_complete(self) -> None:
        """Called when the request is complete."""
        current, self._continue_expected, self._began = self.current, False, None
        if unpacked := check_unpacked(current, self._limits):
            self._hold(unpacked)
        current.keep_alive = self._parser.should_keep_alive()
        current.body.seek(0)
        self._complete.append(current)

    def _hold(self, size: int) -> None:
        self._bodies.reserve(size)
        self.current.counted += size

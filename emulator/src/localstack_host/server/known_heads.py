"""Heads that a client sends again, which the parser and the checks need not see again.

The requests of an SDK on one connection differ in their bodies and in a few headers: the time, the
signature, what identifies the call, the length. A head is known if it is byte for byte one that was
parsed and passed all checks on this connection, but for the values in CHANGING. None of these can
end its line, and no check depends on one, but for the length, which is read here. So what was
found out about a head is true whenever it comes again, and `once` remembers it.

Everything else goes to the parser: other methods, a body in pieces, several requests at once.
"""

from __future__ import annotations

import io
import re
from collections import deque
from collections.abc import Callable
from typing import Any

from localstack_host.server import wsgi
from localstack_host.server.incoming import Incoming
from localstack_host.server.wsgi import Environment

VARIABLE = "host.known_head"
"""The KnownHead of a request, in its WSGI environment; missing if it has none."""
KNOWN = 8  # heads of one connection: a function has about as many operations
MOST_BYTES = 4096
SIGNATURE = re.compile(rb"[0-9a-f]{64}")
SIGNATURE_BYTES = 64
AUTHORIZATION, LENGTH = b"authorization", b"content-length"
# The headers whose values change, with the form of the value; of Authorization, of its end.
CHANGING = {
    AUTHORIZATION: SIGNATURE,
    LENGTH: re.compile(rb"0|[1-9][0-9]{0,5}"),
    b"amz-sdk-invocation-id": re.compile(rb"[0-9A-Fa-f-]{36}"),
    b"x-amz-date": re.compile(rb"[0-9]{8}T[0-9]{6}Z"),
    b"x-amzn-trace-id": re.compile(rb"[0-9A-Za-z=;:.-]{1,256}"),
}
NEEDED = frozenset({AUTHORIZATION, LENGTH})
# What is about the connection, and about how the body is sent.
EXCLUDED = frozenset(
    {b"connection", b"content-encoding", b"expect", b"transfer-encoding", b"upgrade"}
)


class KnownHead:
    """A head that was served, and what has been found out about it."""

    def __init__(self, first: Incoming) -> None:
        self._first = first
        self._headers = tuple(first.headers)
        self._found: dict[Callable[[Any], Any], Any] = {}
        # What precedes each value that changes, the value's form, its header's place and name.
        self._parts: list[tuple[bytes, re.Pattern[bytes], int, str]] = []
        fixed = b"%b %b HTTP/1.1" % (first.method.encode(), first.target)
        for place, (name, value) in enumerate(first.headers):
            fixed += b"\r\n%b: " % name
            form = CHANGING.get(name.lower())
            if form is SIGNATURE:
                fixed += value[:-SIGNATURE_BYTES]
            if form is None:
                fixed += value
            else:
                self._parts.append((fixed, form, place, wsgi.variable_of(name)))
                fixed = b""
        self._begin, self._end = self._parts[0][0], fixed + b"\r\n\r\n"

    def once[Of, Found](self, find: Callable[[Of], Found], of: Of) -> Found:
        """The result of `find` for the first request with this head.

        It must be the same whatever the values in CHANGING are, and whenever it is asked for.
        """
        if find not in self._found:
            self._found[find] = find(of)
        found: Found = self._found[find]
        return found

    def request(self, received: bytes, most: int) -> Incoming | None:
        """The request that was received: this head and a whole body of at most `most` bytes.

        None if it is anything else.
        """
        if not received.startswith(self._begin):
            return None
        headers, changed, position = list(self._headers), {}, 0
        for fixed, form, place, variable in self._parts:
            if not received.startswith(fixed, position):
                return None
            found = form.match(received, position + len(fixed))
            if found is None:
                return None
            name, value = headers[place]
            value = value[:-SIGNATURE_BYTES] + found[0] if form is SIGNATURE else found[0]
            headers[place] = name, value
            changed[variable] = value.decode("ascii")
            position = found.end()
        if not received.startswith(self._end, position):
            return None
        body = received[position + len(self._end) :]
        if len(body) != int(changed[wsgi.LENGTH]) or len(body) > most:
            return None
        first = self._first
        return Incoming(
            target=first.target,
            headers=headers,
            body=io.BytesIO(body),
            method=first.method,
            version=first.version,
            path=first.path,
            query=first.query,
            keep_alive=True,
            known=self,
            changed=changed,
        )


class KnownHeads:
    """The latest heads of one connection, `most` at most."""

    def __init__(self, most: int) -> None:
        self._heads: deque[KnownHead] = deque(maxlen=most)

    def request(self, received: bytes, most: int) -> Incoming | None:
        """The request that was received, if its head is known: see KnownHead."""
        for head in self._heads:
            if request := head.request(received, most):
                return request
        return None

    def add(self, request: Incoming, received: bytes) -> None:
        """Adds the head of a request, which was received in one piece, if it may come again."""
        if self._heads.maxlen and _may_come_again(request, received):
            head = KnownHead(request)
            if head.request(received, len(received)):  # it is written as clients write heads
                request.known = head
                self._heads.appendleft(head)


def _may_come_again(request: Incoming, received: bytes) -> bool:
    size = len(received) - request.body.getbuffer().nbytes
    if request.method != "POST" or not request.keep_alive or size > MOST_BYTES:
        return False
    names = {name.lower() for name, _ in request.headers}
    is_usual = names >= NEEDED and names.isdisjoint(EXCLUDED)
    return is_usual and len(names) == len(request.headers)


def once[Found](find: Callable[[Environment], Found], environment: Environment) -> Found:
    """What `find` finds out about a request's head, from its environment: see KnownHead.once."""
    head: KnownHead | None = environment.get(VARIABLE)
    return find(environment) if head is None else head.once(find, environment)

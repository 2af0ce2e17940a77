"""The bodies of all requests together have a limit, whichever connections they come by."""

from __future__ import annotations

import dataclasses
import gzip
import threading
from collections.abc import Iterable
from typing import Any

import pytest

from localstack_host.server.bodies import Bodies
from localstack_host.server.refusal import Refusal
from tests.unit.server.conftest import SMALL, Place, Serve
from tests.waiting import eventually

TOGETHER = dataclasses.replace(SMALL, bodies_bytes=5_000, request_s=5.0, head_s=5.0, idle_s=5.0)
HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
LARGE = HEAD + b"Content-Length: 2000\r\n\r\n" + b"x" * 2_000
CHUNKS = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"7d0\r\n" + b"x" * 2_000 + b"\r\n0\r\n\r\n"
PACKED = gzip.compress(b"x" * 1_900)
ZIPPED = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(PACKED) + PACKED
SMALL_ONE = HEAD + b"Content-Length: 2\r\n\r\nhi"


class Held:
    """An application that answers when it is told to."""

    def __init__(self) -> None:
        self.released = threading.Event()

    def __call__(self, _environment: dict[str, Any], start: Any) -> Iterable[bytes]:
        self.released.wait(10)
        start("200 OK", [])
        return [b"done"]


@pytest.mark.parametrize("large", [LARGE, CHUNKS, ZIPPED], ids=["of a length", "chunks", "packed"])
def test_bodies_that_are_too_large_together_are_told_to_come_again(
    large: bytes, serve: Serve
) -> None:
    held = Held()
    place = serve(held, TOGETHER)
    served = [place.client().send(large) for _ in range(2)]
    eventually(lambda: len(place.requests) == 2, "request of each connection")

    refused = place.ask(large)

    assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
    assert b"together" in refused.body
    assert b"again" in refused.body
    held.released.set()
    assert [client.reply().status for client in served] == [200, 200]
    eventually(lambda: place.ask(large).status == 200, "room after the responses")


def test_a_small_body_is_served_beside_large_ones(serve: Serve) -> None:
    held = Held()
    place = serve(held, TOGETHER)
    for _ in range(2):
        place.client().send(LARGE)
    eventually(lambda: len(place.requests) == 2, "request of each connection")
    last = place.client().send(SMALL_ONE)
    held.released.set()
    assert last.reply().status == 200


def test_half_a_body_counts_until_its_client_is_gone(serve: Serve) -> None:
    place = serve(limits=TOGETHER)
    halves = [place.client().send(LARGE[:-1]) for _ in range(2)]
    # A whole one before that could take the place of a half, which would then be refused.
    eventually(lambda: place.held >= 2 * 1_999, "halves on the server")
    assert place.ask(LARGE).status == 503
    assert place.requests == []
    for half in halves:
        half.socket.close()
    eventually(lambda: place.ask(LARGE).status == 200, "room after they have gone")


def test_what_is_refused_and_what_is_answered_is_not_counted_any_more(serve: Serve) -> None:
    """A hundred times the limit, one after the other, on one connection and on many."""
    place = serve(limits=TOGETHER)
    client = place.client()
    for _ in range(100):
        assert client.send(LARGE).reply().status == 200
        assert place.ask(HEAD + b"Content-Length: 2001\r\n\r\n").status == 413
    client.send(LARGE * 5)  # at once, as a client that does not wait
    assert [client.reply().status for _ in range(2)] == [200, 200]


def test_an_application_that_fails_gives_its_body_back(serve: Serve) -> None:
    def fails(_environment: dict[str, Any], _start: Any) -> Iterable[bytes]:
        raise OSError

    place: Place = serve(fails, TOGETHER)
    for _ in range(10):
        assert place.client().send(LARGE).is_over()
    assert len(place.requests) == 10  # none was refused


def test_the_count_is_exact_and_has_an_end() -> None:
    bodies = Bodies(100)
    bodies.reserve(60)
    with pytest.raises(Refusal):
        bodies.reserve(41)
    bodies.reserve(40)
    bodies.release(100)
    assert bodies.held == 0

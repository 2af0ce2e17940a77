"""What is too long, too much or too slow is refused, with HTTP's own status for it."""

from __future__ import annotations

import gzip
import io
import os
import resource
import time
from collections.abc import Iterable
from typing import Any

import pytest

from localstack_host.server import limits
from localstack_host.server.incoming import Incoming, check_unpacked
from tests.unit.server.conftest import SMALL, Place, Serve

HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
MORE = 500
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
TRAILERS = CHUNKED + b"3\r\nabc\r\n0\r\n"


def of_length(length: int, *more: bytes) -> bytes:
    return b"".join([HEAD, *more, b"Content-Length: %d\r\n\r\n" % length])


def chunks(size: int) -> bytes:
    return b"%x\r\n%b\r\n0\r\n\r\n" % (size, b"x" * size)


TOO_MUCH = {
    "a long address": (b"GET /" + b"a" * MORE + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
    "a long query": (b"GET /?" + b"a" * MORE + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
    "an address that never ends": (b"GET /" + b"a" * MORE, 414),
    "a long header": (HEAD + b"A: " + b"a" * 1_100 + b"\r\n\r\n", 431),
    "many headers": (HEAD + b"A: b\r\n" * 11 + b"\r\n", 431),
    "headers that are long together": (HEAD + (b"A: " + b"b" * 200 + b"\r\n") * 8 + b"\r\n", 431),
    "a long name": (HEAD + b"A" * 1_100 + b": b\r\n\r\n", 431),
    "a long body": (of_length(2_001), 413),
    "a very long body": (of_length(2**40), 413),
    "a long body in chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks(2_001), 413),
    "trailers that are long": (TRAILERS + b"A: " + b"a" * 500_000, 431),
    "trailers that are many": (TRAILERS + b"A: b\r\n" * 100_000, 431),
    "a chunk's extension that is long": (CHUNKED + b"1;" + b"a" * 500_000, 431),
    "a long body after asking": (of_length(2_001, b"Expect: 100-continue\r\n"), 413),
}


@pytest.mark.parametrize(("request_", "status"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_what_is_too_long_is_refused(request_: bytes, status: int, place: Place) -> None:
    client = place.client().send(request_)
    reply = client.reply()
    assert reply.status == status, reply
    assert any(character.isdigit() for character in reply.body.decode())  # it says the limit
    assert client.is_over()
    assert place.requests == []


def test_a_header_that_never_ends_is_refused_while_it_comes(serve: Serve) -> None:
    place = serve(limits=limits.Limits(header_bytes=100_000, parting_s=0.2))
    client = place.client().send(HEAD + b"A: ", *[b"a" * 10_000] * 30)
    assert client.reply().status == 431
    assert client.is_over()


def test_what_is_just_within_the_limits_is_served(place: Place) -> None:
    address = b"GET /" + b"a" * 199 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert place.ask(address).status == 200
    assert place.ask(HEAD + b"A: b\r\n" * 9 + b"\r\n").status == 200
    assert place.ask(of_length(2_000), b"x" * 2_000).status == 200
    assert place.ask(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks(2_000)).status == 200


def test_limits_are_of_a_request_and_not_of_a_connection(place: Place) -> None:
    client = place.client()
    for _ in range(5):
        client.send(of_length(1_500, b"A: " + b"a" * 800 + b"\r\n"), b"x" * 1_500)
        assert client.reply().status == 200


def test_a_body_is_measured_when_it_is_unpacked(place: Place) -> None:
    bomb, small = gzip.compress(b"\0" * 500_000), gzip.compress(b"\0" * 1_999)
    packed = b"Content-Encoding: gzip\r\n"
    for large in (bomb, gzip.compress(b"{}") + bomb, gzip.compress(b"") + b"\0" * 10 + bomb):
        assert len(large) < SMALL.body_bytes
        assert place.ask(of_length(len(large), packed), large).status == 413
    assert place.ask(of_length(len(small), packed), small).status == 200
    assert len(place.requests) == 1


def test_measuring_a_body_costs_in_proportion_to_it() -> None:
    """Twenty times the body takes about twenty times as long, and not four hundred times."""
    small, large = (seconds_to_check(os.urandom(size * 2**20)) for size in (1, 20))
    assert large < 80 * small


def seconds_to_check(body: bytes) -> float:
    request = Incoming(body=io.BytesIO(gzip.compress(body, compresslevel=1)))
    request.add_header(b"Content-Encoding", b"gzip")
    began = time.process_time()
    check_unpacked(request, limits.LIMITS)
    return time.process_time() - began


@pytest.mark.parametrize(
    "body",
    [b"", b"not packed", gzip.compress(b"abc", mtime=0)[:-9]],
    ids=["nothing", "something else", "half"],
)
def test_what_only_says_that_it_is_packed_is_the_applications_to_refuse(
    body: bytes, place: Place
) -> None:
    reply = place.ask(of_length(len(body), b"Content-Encoding: gzip\r\n"), body)
    assert reply.body == b"POST /? " + body


SLOW = {
    "nothing at all": (),
    "empty lines": (b"\r\n",) * 30,
    "half an address": (b"GET /",),
    "half a head": (HEAD,),
    "a head in drops": tuple(bytes([byte]) for byte in HEAD * 5),
    "half a body": (of_length(10), b"abc"),
    "a body in drops": (of_length(1_000), *(b"a",) * 100),
    "chunks in drops": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *(b"1\r\na\r\n",) * 100),
}


@pytest.mark.parametrize("parts", SLOW.values(), ids=SLOW)
def test_a_request_that_does_not_arrive_in_time_gets_408(
    parts: tuple[bytes, ...], place: Place
) -> None:
    client = place.client()
    client.socket.settimeout(0.02)
    answered = b""
    for part in parts:
        try:
            client.send(part)
            answered = client.socket.recv(100)
        except TimeoutError:
            continue
        break
    client.socket.settimeout(10)
    assert (answered or client.socket.recv(100)).startswith(b"HTTP/1.1 408 ")
    assert place.requests == []


def test_a_connection_that_has_been_answered_and_stays_silent_is_closed(place: Place) -> None:
    client = place.client().send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert client.reply().status == 200
    began = time.monotonic()
    assert client.is_over()
    assert time.monotonic() - began < 5


def test_an_application_may_take_longer_than_a_request(serve: Serve) -> None:
    def slow(_environment: dict[str, Any], start: Any) -> Iterable[bytes]:
        time.sleep(1)
        start("200 OK", [])
        return [b"late"]

    assert serve(slow).ask(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").body == b"late"


def test_the_limit_of_descriptors_is_raised_as_far_as_it_may_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _which, pair: kept.append(pair))
    for soft, hard, expected in (
        (256, resource.RLIM_INFINITY, 8_192),
        (256, 4_096, 4_096),
        (8_192, 8_192, 8_192),
        (100_000, 200_000, 100_000),
    ):
        monkeypatch.setattr(resource, "getrlimit", lambda _which, pair=(soft, hard): pair)
        assert limits.raise_descriptor_limit() == expected
    assert kept == [(8_192, resource.RLIM_INFINITY), (4_096, 4_096)]


@pytest.mark.parametrize(("descriptors", "connections"), [(8_192, 1_000), (256, 128), (64, 32)])
def test_there_are_no_more_connections_than_descriptors(descriptors: int, connections: int) -> None:
    assert limits.within(descriptors).connections == connections

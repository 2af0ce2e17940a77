"""What is not HTTP/1.1, or could be read in two ways, is refused and never served.

Many are the kinds that servers had to be mended for: request smuggling (RFC 9112, section 11.2),
and waitress's advisories CVE-2019-16785, -16786, -16789, -16792, CVE-2020-5236, CVE-2022-24761,
CVE-2022-31015, CVE-2024-49768 and -49769.
"""

from __future__ import annotations

import socket
import struct
import time

import pytest

from tests.unit.server.conftest import Client, Place

POST = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
CHUNKS = POST + b"Transfer-Encoding: chunked\r\n\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"

MALFORMED = {
    "nonsense": b"nonsense\r\n\r\n",
    "no target": b"GET HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a space in the target": b"GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a control character in the target": b"GET /\x01 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a target that is no path": b"GET a HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a target of another scheme": b"GET file:///etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "half an address of IPv6": b"GET http://[::1/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "an unknown method": b"STEAL / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a method in lower case": b"get / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a line that ends with LF": b"GET / HTTP/1.1\nHost: localhost\n\n",
    "a header that ends with LF": b"GET / HTTP/1.1\r\nHost: localhost\nA: b\r\n\r\n",
    "a CR in a header": b"GET / HTTP/1.1\r\nHost: localhost\r\nA: b\rc\r\n\r\n",
    "a NUL in a header": b"GET / HTTP/1.1\r\nHost: localhost\r\nA: b\x00c\r\n\r\n",
    "a header over two lines": b"GET / HTTP/1.1\r\nHost: localhost\r\nA: b\r\n c\r\n\r\n",
    "a header without a name": b"GET / HTTP/1.1\r\nHost: localhost\r\n: c\r\n\r\n",
    "a space in a header's name": b"GET / HTTP/1.1\r\nHost: localhost\r\nA b: c\r\n\r\n",
    "a space before a colon": POST + b"Content-Length : 3\r\n\r\nabc",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "no host in HTTP/1.0": b"GET / HTTP/1.0\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
    "two origins": b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"Origin: http://localhost\r\n" * 2,
    "two lengths": POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "two equal lengths": POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "two lengths in a list": POST + b"Content-Length: 3, 3\r\n\r\nabc",
    "an empty length": POST + b"Content-Length: \r\n\r\n",
    "a length with a sign": POST + b"Content-Length: +3\r\n\r\nabc",
    "a negative length": POST + b"Content-Length: -3\r\n\r\nabc",
    "a hexadecimal length": POST + b"Content-Length: 0x3\r\n\r\nabc",
    "a length with an underscore": POST + b"Content-Length: 1_0\r\n\r\nabcdefghij",
    "a length that overflows": POST + b"Content-Length: 99999999999999999999999\r\n\r\n",
    "a length before chunks": POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a length after chunks": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
    "chunks that are coded again": POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "two codings": CHUNKS[:-2] + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "a coding behind a control character": POST
    + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "a chunk with a prefix": CHUNKS + b"0x3\r\nabc\r\n0\r\n\r\n",
    "a chunk with a sign": CHUNKS + b"+3\r\nabc\r\n0\r\n\r\n",
    "a chunk with an underscore": CHUNKS + b"1_0\r\nabcdefghijklmnop\r\n0\r\n\r\n",
    "a chunk that is longer than it says": CHUNKS + b"3\r\nabcd\r\n0\r\n\r\n",
    "a chunk that ends with LF": CHUNKS + b"3\nabc\n0\n\n",
    "a LF in a chunk's extension": CHUNKS + b"3;a=\nb\r\nabc\r\n0\r\n\r\n",
    "a chunk that overflows": CHUNKS + b"ffffffffffffffffff\r\n",
    "a length in a trailer": CHUNKS + b"0\r\nContent-Length: 5\r\n\r\nhello",
}

NOT_SUPPORTED = {
    "HTTP/0.9": (b"GET /\r\n\r\n", 505),
    "HTTP/2.0 in a line": (b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 505),
    "a tunnel to a path": (b"CONNECT / HTTP/1.1\r\nHost: localhost\r\n\r\n", 501),
    "a tunnel": (b"CONNECT localhost:22 HTTP/1.1\r\nHost: localhost\r\n\r\n", 501),
    "HTTP/2's preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "an unknown coding": (POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
    "gzip in chunks": (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    "chunks in HTTP/1.0": (
        b"POST / HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        501,
    ),
    "another protocol with a body": (
        POST + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n\r\nhello",
        501,
    ),
    "another protocol among others, with a body": (
        POST + b"Connection: TE, upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n\r\nhello",
        501,
    ),
}


@pytest.mark.parametrize("request_", MALFORMED.values(), ids=MALFORMED)
def test_what_is_malformed_gets_400_and_what_follows_it_is_not_read(
    request_: bytes, place: Place
) -> None:
    client = place.client().send(request_ + b"\r\n" + SMUGGLED)
    reply = client.reply()
    assert reply.status == 400, reply
    assert reply.headers["Connection"] == "close"
    assert client.is_over()
    assert place.requests == []


@pytest.mark.parametrize(("request_", "status"), NOT_SUPPORTED.values(), ids=NOT_SUPPORTED)
def test_what_is_not_supported_says_so_and_ends_the_connection(
    request_: bytes, status: int, place: Place
) -> None:
    client = place.client().send(request_ + SMUGGLED)
    assert client.reply().status == status
    assert client.is_over()
    assert place.requests == []


def test_what_came_before_a_malformed_request_is_answered(place: Place) -> None:
    client = place.client().send(b"GET /good HTTP/1.1\r\nHost: localhost\r\n\r\n" + b"bad\r\n\r\n")
    assert [client.reply().status, client.reply().status] == [200, 400]
    assert client.is_over()
    assert place.requests == ["GET /good"]


def test_nothing_is_served_after_the_last_request_of_a_connection(place: Place) -> None:
    last = b"GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    client = place.client().send(last + SMUGGLED)
    assert client.reply().status == 200
    assert client.is_over()
    assert place.requests == ["GET /last"]


def test_a_body_is_not_taken_for_the_next_request(place: Place) -> None:
    length = b"Content-Length: %d\r\n\r\n" % len(SMUGGLED)
    client = place.client().send(POST + length + SMUGGLED, POST + b"Content-Length: 0\r\n\r\n")
    assert client.reply().body.endswith(SMUGGLED)
    assert client.reply().status == 200
    assert place.requests == ["POST /", "POST /"]


def test_trailers_are_no_headers(place: Place) -> None:
    reply = place.ask(CHUNKS + b"3\r\nabc\r\n0\r\nOrigin: http://evil.example\r\n\r\n")
    assert (reply.status, reply.body) == (200, b"POST /? abc")


def test_white_space_around_a_value_is_not_part_of_it(place: Place) -> None:
    assert place.ask(b"GET / HTTP/1.1\r\nHost:\t localhost \t\r\n\r\n").status == 200


def test_a_header_with_an_underscore_is_not_the_one_with_a_dash(place: Place) -> None:
    reply = place.ask(POST + b"Content_Length: 1\r\nContent-Length: 3\r\n\r\nabc")
    assert reply.body == b"POST /? abc"


def test_a_refusal_shows_what_was_sent_without_its_control_characters(place: Place) -> None:
    reply = place.ask(b"GET / HTTP/1.1\r\nHost: \xff<b>\r\n\r\n")
    assert reply.status == 421
    assert b"\\xff" in reply.body
    assert reply.headers["Content-Type"].startswith("text/plain")
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "sent", [b"", b"GET", POST + b"Content-Length: 9\r\n\r\nabc", b"x\r\n\r\n"]
)
def test_clients_that_break_off_disturb_nobody(sent: bytes, place: Place) -> None:
    for _ in range(20):
        client = place.client().send(sent)
        reset(client)
    until = time.monotonic() + 10
    while time.monotonic() < until:
        reply = place.ask(b"GET /after HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        if reply.status == 200:
            return
    pytest.fail("the server does not answer any more")


def reset(client: Client) -> None:
    """Closes a connection so that the server finds it gone, not ended."""
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.socket.close()


def test_a_header_of_strange_characters_is_read_in_no_time(place: Place) -> None:
    began = time.process_time()
    place.ask(POST + b"A: " + b"\x00\xff" * 300 + b"\r\n\r\n")
    assert time.process_time() - began < 1

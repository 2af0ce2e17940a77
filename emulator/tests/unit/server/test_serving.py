"""The emulator's HTTP server: what any client may do with it, over a real socket."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from localstack_host.server.certificate import key_and_certificate
from localstack_host.server.limits import LIMITS
from tests.unit.server.conftest import Place, Serve


def stream(_environment: dict[str, Any], start: Any) -> Iterable[bytes]:
    start("200 OK", [])
    return iter((b"one", b"", b"two"))


def test_a_request_reaches_the_application_and_its_answer_the_client(place: Place) -> None:
    connection = place.client()
    connection.send(
        b"POST /a%20b?c=%20d HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"
    )
    reply = connection.reply()
    assert (reply.status, reply.body) == (200, b"POST /a b?c=%20d abc")
    assert reply.headers["X-Case"] == "kept"
    assert reply.headers["Date"].endswith("GMT")


def test_a_connection_serves_one_request_after_the_other(place: Place) -> None:
    connection = place.client()
    for path in ("/1", "/2"):
        connection.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert connection.reply().body == f"GET {path}? ".encode()


def test_requests_that_come_at_once_are_all_answered(place: Place) -> None:
    connection = place.client()
    connection.send(b"GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2)
    received = b""
    while received.count(b"GET /1? ") < 2:
        part = connection.socket.recv(4096)
        assert part, received
        received += part
    assert received.count(b"HTTP/1.1 200 OK") == 2


def test_a_request_may_come_in_pieces(place: Place) -> None:
    connection = place.client()
    for piece in (
        b"POST /pi",
        b"eces HTTP/1.1\r\nHo",
        b"st: localhost\r\nContent-Length: 4\r\n\r\na",
        b"bcd",
    ):
        connection.send(piece)
    assert connection.reply().body == b"POST /pieces? abcd"


def test_a_body_may_come_in_chunks(place: Place) -> None:
    connection = place.client()
    connection.send(b"PUT / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
    connection.send(b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
    assert connection.reply().body == b"PUT /? abc"


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(place: Place) -> None:
    connection = place.client()
    connection.send(
        b"PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    )
    assert connection.socket.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.send(b"abc")
    assert connection.reply().body == b"PUT /? abc"


def test_an_answer_may_be_streamed(serve: Serve) -> None:
    connection = serve(stream).client()
    connection.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    reply = connection.reply()
    assert (reply.status, reply.body) == (200, b"onetwo")
    assert reply.headers["Transfer-Encoding"] == "chunked"


def test_a_head_request_gets_no_body(place: Place) -> None:
    connection = place.client()
    connection.send(b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert connection.reply("HEAD").body == b""
    connection.send(b"GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert connection.reply().body == b"GET /next? "


def test_a_client_that_wants_to_close_is_let_go(place: Place) -> None:
    connection = place.client()
    connection.send(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert connection.reply().headers["Connection"] == "close"
    assert connection.socket.recv(1) == b""


def test_a_wish_to_speak_another_protocol_is_ignored(place: Place) -> None:
    connection = place.client()
    connection.send(
        b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    )
    assert connection.reply().status == 200


@pytest.mark.parametrize("connection_", ["close", "keep-alive, TE", ""])
@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 5\r\n\r\nhello",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ],
)
def test_another_protocol_that_the_connection_does_not_name_is_not_wished_for(
    place: Place, connection_: str, body: bytes
) -> None:
    named = f"Connection: {connection_}\r\n".encode() if connection_ else b""
    client = place.client()
    client.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\n" + named + body)
    assert client.reply().status == 200


def test_what_is_not_http_gets_400(place: Place) -> None:
    connection = place.client()
    connection.send(b"nonsense\r\n\r\n")
    assert connection.reply().status == 400


def scheme(environment: dict[str, Any], start: Any) -> Iterable[bytes]:
    start("200 OK", [])
    return [environment["wsgi.url_scheme"].encode()]


@pytest.fixture
def port(tmp_path: Path, serve: Serve) -> int:
    """Where a server listens that has a certificate."""
    file = tmp_path / "server.pem"
    file.write_bytes(key_and_certificate())
    return serve(scheme, LIMITS, tls=(str(file), str(file))).port


def https(port: int) -> http.client.HTTPSConnection:
    """A client that trusts any certificate."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=trusting)


def asked(connection: http.client.HTTPConnection) -> bytes:
    connection.request("GET", "/")
    return connection.getresponse().read()


def test_one_port_speaks_with_and_without_tls(port: int) -> None:
    plain = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    assert (asked(https(port)), asked(plain)) == (b"https", b"http")


def test_a_connection_with_tls_serves_one_request_after_the_other(port: int) -> None:
    connection = https(port)
    assert [asked(connection), asked(connection)] == [b"https", b"https"]


def test_a_client_that_does_not_trust_the_certificate_disturbs_nobody(port: int) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        asked(http.client.HTTPSConnection("127.0.0.1", port, timeout=5))
    assert asked(https(port)) == b"https"

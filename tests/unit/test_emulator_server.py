"""The emulator's HTTP server: what any client may do to it, over a real socket."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from localstack.utils.crypto import generate_ssl_cert

from lab.emulator.server import listening
from lab.emulator.server.connection import Application, Connection

Client = Callable[[Application], socket.socket]


def echo(environment: dict[str, Any], start: Any) -> Iterable[bytes]:
    """Answers with method, path, query and body."""
    body = environment["wsgi.input"].read()
    said = (
        f"{environment['REQUEST_METHOD']} {environment['PATH_INFO']}?{environment['QUERY_STRING']} "
    )
    start("200 OK", [("X-Case", "kept"), ("Content-Type", "text/plain")])
    return [said.encode("latin-1"), body]


def stream(_environment: dict[str, Any], start: Any) -> Iterable[bytes]:
    start("200 OK", [])
    return iter((b"one", b"", b"two"))


@pytest.fixture
def client() -> Iterator[Client]:
    """Gives the client's end of a connection that an application is served on."""
    opened: list[socket.socket] = []

    def connect(application: Application) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", 0))
        ours = socket.create_connection(listener.getsockname(), timeout=5)
        theirs, _ = listener.accept()
        listener.close()
        opened.append(ours)
        threading.Thread(target=serve, args=(theirs, application), daemon=True).start()
        return ours

    yield connect
    for connection in opened:
        connection.close()


def serve(connection: socket.socket, application: Application) -> None:
    with connection:
        Connection(connection, application).serve()


def read(connection: socket.socket, method: str = "GET") -> tuple[int, bytes, dict[str, str]]:
    answer = http.client.HTTPResponse(connection, method=method)
    answer.begin()
    return answer.status, answer.read(), dict(answer.getheaders())


def test_a_request_reaches_the_application_and_its_answer_the_client(client: Client) -> None:
    connection = client(echo)
    connection.sendall(b"POST /a%20b?c=%20d HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
    status, body, headers = read(connection)
    assert (status, body) == (200, b"POST /a b?c=%20d abc")
    assert headers["X-Case"] == "kept"
    assert headers["Date"].endswith("GMT")


def test_a_connection_serves_one_request_after_the_other(client: Client) -> None:
    connection = client(echo)
    for path in ("/1", "/2"):
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert read(connection)[1] == f"GET {path}? ".encode()


def test_requests_that_come_at_once_are_all_answered(client: Client) -> None:
    connection = client(echo)
    connection.sendall(b"GET /1 HTTP/1.1\r\nHost: x\r\n\r\n" * 2)
    received = b""
    while received.count(b"GET /1? ") < 2:
        received += connection.recv(4096)
    assert received.count(b"HTTP/1.1 200 OK") == 2


def test_a_request_may_come_in_pieces(client: Client) -> None:
    connection = client(echo)
    for piece in (
        b"POST /pi",
        b"eces HTTP/1.1\r\nHo",
        b"st: x\r\nContent-Length: 4\r\n\r\na",
        b"bcd",
    ):
        connection.sendall(piece)
    assert read(connection)[1] == b"POST /pieces? abcd"


def test_a_body_may_come_in_chunks(client: Client) -> None:
    connection = client(echo)
    connection.sendall(b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    connection.sendall(b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
    assert read(connection)[1] == b"PUT /? abc"


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(client: Client) -> None:
    connection = client(echo)
    connection.sendall(
        b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    )
    assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(b"abc")
    assert read(connection)[1] == b"PUT /? abc"


def test_an_answer_may_be_streamed(client: Client) -> None:
    connection = client(stream)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    status, body, headers = read(connection)
    assert (status, body) == (200, b"onetwo")
    assert headers["Transfer-Encoding"] == "chunked"


def test_a_head_request_gets_no_body(client: Client) -> None:
    connection = client(echo)
    connection.sendall(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert read(connection, "HEAD")[1] == b""
    connection.sendall(b"GET /next HTTP/1.1\r\nHost: x\r\n\r\n")
    assert read(connection)[1] == b"GET /next? "


def test_a_client_that_wants_to_close_is_let_go(client: Client) -> None:
    connection = client(echo)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert read(connection)[2]["Connection"] == "close"
    assert connection.recv(1) == b""


def test_a_wish_to_speak_another_protocol_is_ignored(client: Client) -> None:
    connection = client(echo)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
    assert read(connection)[0] == 200


def test_what_is_not_http_gets_400(client: Client) -> None:
    connection = client(echo)
    connection.sendall(b"nonsense\r\n\r\n")
    assert read(connection)[0] == 400


def scheme(environment: dict[str, Any], start: Any) -> Iterable[bytes]:
    start("200 OK", [])
    return [environment["wsgi.url_scheme"].encode()]


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Where a server listens that has a certificate."""
    credentials = generate_ssl_cert(str(tmp_path / "server.pem"), overwrite=True)[1:]
    listener = socket.create_server(("127.0.0.1", 0))
    serving = (listener, scheme, credentials)
    threading.Thread(target=listening.Server()._accept, args=serving, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


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

"""The server on loopback."""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from threading import Thread
from typing import Any

import pytest

from embedded_dynamodb.server import MAX_BODY, Server, caller, is_local

HEADERS = {
    "X-Amz-Target": "DynamoDB_20120810.ListTables",
    "Content-Type": "application/x-amz-json-1.0",
}


@pytest.fixture
def port() -> Iterator[int]:
    server = Server(0)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def post(port: int, body: bytes = b"{}", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/", body, HEADERS | headers)
    answer = connection.getresponse()
    read = answer.status, dict(answer.headers), answer.read()
    connection.close()
    return read


def test_an_operation_is_answered_with_its_checksum(port: int) -> None:
    status, headers, body = post(port)
    assert (status, json.loads(body)) == (200, {"TableNames": []})
    assert headers["Content-Type"] == "application/x-amz-json-1.0"
    assert "x-amz-crc32" in headers


def test_a_connection_is_kept_for_the_next_request(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port)
    for _ in range(3):
        connection.request("POST", "/", b"{}", HEADERS)
        assert connection.getresponse().read() == b'{"TableNames":[]}'
        kept = connection.sock
        assert kept is not None
    connection.close()


def test_the_region_and_the_account_are_those_of_the_signature(port: int) -> None:
    table = {
        "TableName": "orders",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}],
    }
    signed = "AWS4-HMAC-SHA256 Credential={}/20260101/{}/dynamodb/aws4_request, SignedHeaders=x"
    create = {"X-Amz-Target": "DynamoDB_20120810.CreateTable"}
    one = {"Authorization": signed.format("222222222222", "eu-west-1")}
    _, _, body = post(port, json.dumps(table).encode(), **create, **one)
    arn = json.loads(body)["TableDescription"]["TableArn"]
    assert arn == "arn:aws:dynamodb:eu-west-1:222222222222:table/orders"
    assert post(port, **one)[2] == b'{"TableNames":["orders"]}'
    other = {"Authorization": signed.format("AKIDEXAMPLE", "eu-west-1")}
    assert post(port, **other)[2] == b'{"TableNames":[]}'
    assert caller(None) == ("000000000000", "us-east-1")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost.evil.example"},
        {"Host": "192.168.1.1:8000"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
    ],
)
def test_who_comes_by_another_name_is_refused(port: int, headers: dict[str, str]) -> None:
    status, _, body = post(port, **headers)
    assert status == 403
    assert b"loopback" in body or b"may not call" in body
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/", headers=headers)
    assert connection.getresponse().status == 403


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "shop.localhost"])
def test_names_of_this_machine_are_taken(name: str) -> None:
    assert is_local(name)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (f"Content-Length: {MAX_BODY + 1}", 413),
        ("Content-Length: -1", 411),
        ("Content-Length: x", 411),
        ("Transfer-Encoding: chunked", 411),
    ],
)
def test_a_body_has_a_length_and_a_limit(port: int, head: str, status: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n".encode())
        answer = connection.recv(65536)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Connection: close" in answer


def test_who_sends_too_large_a_body_gets_the_answer(port: int) -> None:
    status, headers, body = post(port, b"a" * (MAX_BODY + 1))
    assert (status, headers["Connection"]) == (413, "close")
    assert body.startswith(b"A request has at most 16777216 bytes")


@pytest.mark.parametrize(
    "target",
    [
        "",
        "ListTables",
        "Kinesis_20131202.ListStreams",
        "DynamoDB_20120810.",
        "DynamoDB_20120810.ListStreams",
        "DynamoDBStreams_20120810.ListTables",
    ],
)
def test_what_is_no_operation_of_dynamodb_is_unknown(port: int, target: str) -> None:
    status, _, body = post(port, **{"X-Amz-Target": target})
    assert status == 400
    assert json.loads(body)["__type"].endswith("#UnknownOperationException")


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8"])
def test_the_answer_is_of_the_requests_type(port: int, kind: str) -> None:
    status, headers, _ = post(port, **{"Content-Type": kind})
    assert (status, headers["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("kind", ["", "application/x-amz-json-1.1", "text/json"])
def test_a_body_of_another_type_is_not_found(port: int, kind: str) -> None:
    status, headers, body = post(port, **{"Content-Type": kind})
    assert (status, body) == (404, b"<UnknownOperationException/>\n")
    assert headers["x-amz-crc32"] == "3552371480"
    assert re.fullmatch("[0-9A-F]{52}", headers["x-amzn-RequestId"])


@pytest.mark.parametrize("kind", ["", "text/json"])
@pytest.mark.parametrize(
    ("target", "error"),
    [("", "UnknownOperationException"), (HEADERS["X-Amz-Target"], "SerializationException")],
)
def test_a_type_without_a_body_does_not_matter(
    port: int, kind: str, target: str, error: str
) -> None:
    status, headers, body = post(port, b"", **{"Content-Type": kind, "X-Amz-Target": target})
    assert (status, headers["Content-Type"]) == (400, "application/json")
    assert json.loads(body)["__type"] == f"com.amazon.coral.service#{error}"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_another_method_is_not_found(port: int, method: str) -> None:
    connection = HTTPConnection("127.0.0.1", port)
    connection.request(method, "/", b"{}", HEADERS)
    assert connection.getresponse().status == 404
    connection.close()
    connection.request(method, "/", headers={"Host": "evil.example"})
    assert connection.getresponse().status == 403
    connection.close()


def test_streams_have_a_prefix_of_their_own(port: int) -> None:
    target = {"X-Amz-Target": "DynamoDBStreams_20120810.ListStreams"}
    assert post(port, **target)[2] == b'{"Streams":[]}'


def test_it_says_that_it_is_well(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/")
    answer = connection.getresponse()
    assert answer.read() == b"healthy: dynamodb.us-east-1.amazonaws.com "
    assert answer.headers["x-amz-crc32"] == "3128867991"


def start(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "embedded_dynamodb", *arguments],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_the_command_says_where_it_answers_and_that_a_port_is_taken() -> None:
    first = start("--port", "0")
    try:
        assert first.stdout is not None
        line = first.stdout.readline()
        port = int(line.rpartition(":")[2])
        assert post(port)[0] == 200
        second: Any = start("--port", str(port))
        _, error = second.communicate(timeout=20)
        assert second.returncode == 1
        assert f"Port {port} cannot be used" in error
    finally:
        first.terminate()
        first.communicate(timeout=20)

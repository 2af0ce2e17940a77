"""The Runtime API: it answers the runtime that it belongs to, once for each invocation."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psutil
import pytest

from localstack_host.services.lambda_.runtime_api import (
    MAX_RESPONSE_BYTES,
    PREFIX,
    TOO_LARGE,
    FunctionError,
    InitError,
    Ready,
    Request,
    Response,
    RuntimeApi,
)
from localstack_host.services.lambda_.runtime_http import STRANGER_TIMEOUT_S
from tests.integration.conftest import Cloud
from tests.integration.waiting import wait_for

ONE = Request("one", b'{"order": 1}', "arn:aws:lambda:::function:f", 0, "Root=1")

SLOW = """
import time
def handle(event, context):
    time.sleep(event)
    return "mine"
"""

FORGE = """
import http.client, os
def handle(event, context):
    answers = []
    for port in event:
        for secret in ("", "/guess", "/" + os.environ["AWS_LAMBDA_RUNTIME_API"].split("/")[1]):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            path = secret + "/2018-06-01/runtime/invocation/next"
            connection.request("GET", path)
            answers.append(connection.getresponse().status)
    return answers
"""


class Runtime:
    """A client of the API, with or without its secret."""

    def __init__(self, api: RuntimeApi) -> None:
        self.host, _, self.secret = api.address.partition("/")

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        secret: str | None = None,
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.host, timeout=10)
        own = self.secret if secret is None else secret
        connection.request(method, f"/{own}{PREFIX}{path}", body, headers or {})
        response = connection.getresponse()
        return response.status, response.read()

    def raw(self, *lines: str, body: bytes = b"") -> int:
        """The status for a request with exactly these headers."""
        connection = http.client.HTTPConnection(self.host, timeout=10)
        connection.connect()
        head = "\r\n".join([*lines, f"Host: {self.host}", "", ""])
        connection.sock.sendall(head.encode() + body)
        answer = connection.sock.recv(4096)
        return int(answer.split()[1])


@pytest.fixture
def api() -> Iterator[RuntimeApi]:
    api = RuntimeApi(lambda: None)
    yield api
    api.close()


@pytest.fixture
def runtime(api: RuntimeApi) -> Runtime:
    return Runtime(api)


@pytest.fixture
def invoked(api: RuntimeApi, runtime: Runtime) -> Runtime:
    """A runtime that has the invocation `one`."""
    api.send(ONE)
    assert runtime.ask("GET", "/invocation/next") == (200, ONE.payload)
    assert api.events.get(timeout=5) == Ready()
    return runtime


@pytest.mark.parametrize("secret", ["", "guess", "x" * 32, "ü"])
def test_who_does_not_know_the_secret_gets_no_invocation(
    api: RuntimeApi, runtime: Runtime, secret: str
) -> None:
    api.send(ONE)
    quoted = secret.encode().decode("latin-1").replace("Ã¼", "%C3%BC")
    assert runtime.ask("GET", "/invocation/next", secret=quoted)[0] == 403
    assert runtime.ask("POST", "/init/error", b"{}", secret=quoted)[0] == 403
    assert runtime.ask("POST", "/invocation/one/response", b"1", secret=quoted)[0] == 403
    assert api.events.empty()
    assert not api.idle


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Mode": "navigate"},
    ],
)
def test_no_web_page_is_answered(
    api: RuntimeApi, runtime: Runtime, headers: dict[str, str]
) -> None:
    api.send(ONE)
    assert runtime.ask("GET", "/invocation/next", headers=headers)[0] == 403
    assert not api.idle


def test_only_the_invocation_that_runs_is_answered(api: RuntimeApi, invoked: Runtime) -> None:
    status, body = invoked.ask("POST", "/invocation/two/response", b"1")
    assert (status, json.loads(body)["errorType"]) == (400, "InvalidRequestID")
    assert invoked.ask("POST", "/invocation/two/error", b"{}")[0] == 400
    assert api.events.empty()
    assert invoked.ask("POST", "/invocation/one/response", b"1")[0] == 202
    assert api.events.get(timeout=5) == Response(b"1")


@pytest.mark.parametrize("second", ["response", "error"])
@pytest.mark.parametrize("first", ["response", "error"])
def test_an_invocation_is_answered_once(
    api: RuntimeApi, invoked: Runtime, first: str, second: str
) -> None:
    assert invoked.ask("POST", f"/invocation/one/{first}", b"1")[0] == 202
    status, body = invoked.ask("POST", f"/invocation/one/{second}", b"2")
    assert (status, json.loads(body)["errorType"]) == (403, "InvalidStateTransition")
    assert api.events.get(timeout=5) in (Response(b"1"), FunctionError(b"1"))
    assert api.events.empty()


def test_an_answer_before_there_is_an_invocation_is_refused(
    api: RuntimeApi, runtime: Runtime
) -> None:
    assert runtime.ask("POST", "/invocation/one/response", b"1")[0] == 403
    assert api.events.empty()


def test_a_start_fails_once_and_not_after_it_has_succeeded(
    api: RuntimeApi, runtime: Runtime, invoked: Runtime
) -> None:
    assert invoked.ask("POST", "/init/error", b"{}")[0] == 403
    other = RuntimeApi(lambda: None)
    assert Runtime(other).ask("POST", "/init/error", b'{"errorType": "E"}')[0] == 202
    assert Runtime(other).ask("POST", "/init/error", b"{}")[0] == 403
    assert other.events.get(timeout=5) == InitError(b'{"errorType": "E"}')
    other.close()


@pytest.mark.parametrize("length", ["-1", "+5", "0x10", "1e3", "5, 5", "", " ", "9" * 30, "²"])
def test_an_odd_length_is_the_clients_error(api: RuntimeApi, invoked: Runtime, length: str) -> None:
    target = f"POST /{invoked.secret}{PREFIX}/invocation/one/response HTTP/1.1"
    assert invoked.raw(target, f"Content-Length: {length}", body=b"12345") == 400
    assert api.events.empty()


def test_two_lengths_and_none_are_the_clients_error(invoked: Runtime) -> None:
    target = f"POST /{invoked.secret}{PREFIX}/invocation/one/response HTTP/1.1"
    assert invoked.raw(target, "Content-Length: 5", "Content-Length: 6", body=b"12345") == 400
    assert invoked.raw(target) == 411
    assert invoked.raw(target, "Transfer-Encoding: chunked", body=b"1\r\n1\r\n0\r\n\r\n") == 411


@pytest.mark.parametrize(
    "line", ["no colon", " folded: one", "Name : x", ": x", "x" * 2**17, "X: y\r\n" * 101 + "Z: z"]
)
def test_a_malformed_head_is_the_clients_error(
    api: RuntimeApi, invoked: Runtime, line: str
) -> None:
    target = f"POST /{invoked.secret}{PREFIX}/invocation/one/response HTTP/1.1"
    assert invoked.raw(target, line, "Content-Length: 5", body=b"12345") == 400
    assert api.events.empty()


@pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/2.0", "", "HTTP/1.1 more"])
def test_another_version_of_http_is_the_clients_error(
    api: RuntimeApi, invoked: Runtime, version: str
) -> None:
    target = f"POST /{invoked.secret}{PREFIX}/invocation/one/response {version}"
    assert invoked.raw(target, "Content-Length: 5", body=b"12345") == 400
    assert api.events.empty()


def test_a_response_that_is_too_large_is_not_kept(api: RuntimeApi, invoked: Runtime) -> None:
    status, body = invoked.ask("POST", "/invocation/one/response", b"x" * (MAX_RESPONSE_BYTES + 1))
    assert status == 413
    assert json.loads(body)["errorType"] == "Function.ResponseSizeTooLarge"
    assert api.events.get(timeout=5) is TOO_LARGE


def test_a_body_of_a_terabyte_is_not_waited_for(api: RuntimeApi, invoked: Runtime) -> None:
    target = f"POST /{invoked.secret}{PREFIX}/invocation/one/response HTTP/1.1"
    assert invoked.raw(target, f"Content-Length: {2**40}") == 413
    assert api.events.empty()


@pytest.mark.exhaustive
def test_connections_that_say_nothing_end_and_leave_no_thread(
    api: RuntimeApi, invoked: Runtime
) -> None:
    before = threading.active_count()
    silent = [http.client.HTTPConnection(invoked.host, timeout=10) for _ in range(100)]
    for connection in silent:
        connection.connect()
    silent[-1].sock.settimeout(STRANGER_TIMEOUT_S - 1)
    assert silent[-1].sock.recv(1) == b""  # there are too many: it is closed at once
    assert threading.active_count() - before <= 20
    assert {connection.sock.recv(1) for connection in silent} == {b""}
    wait_for(lambda: threading.active_count() <= before, "their threads are still there")
    assert invoked.ask("POST", "/invocation/one/response", b"1")[0] == 202


def test_closing_ends_every_connection(api: RuntimeApi) -> None:
    own = RuntimeApi(lambda: None)
    runtime, before = Runtime(own), threading.active_count()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(runtime.ask, "GET", "/invocation/next")
        assert own.events.get(timeout=5) == Ready()
        own.close()
        with suppress(http.client.RemoteDisconnected):  # or it is told before it is hung up on
            assert waiting.result(timeout=10)[0] == 410
    wait_for(lambda: threading.active_count() <= before, "threads are left")


def test_another_function_cannot_answer_for_one(cloud: Cloud) -> None:
    victim, forger = cloud.function(SLOW, Timeout=20), cloud.function(FORGE)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(cloud.invoke, victim, 5)
        wait_for(lambda: ports_of(cloud, victim), "it asks for no work")
        assert cloud.invoke(forger, ports_of(cloud, victim)).payload == [403, 403, 403]
        assert running.result().payload == "mine"


def ports_of(cloud: Cloud, function: str) -> list[int]:
    """Where the function's process is connected to: its Runtime API."""
    found = [psutil.Process(pid).net_connections("tcp") for pid in cloud.processes(function)]
    return [each.raddr.port for connections in found for each in connections if each.raddr]

"""However many clients there are, the server goes on, and says 503 to those it cannot take."""

from __future__ import annotations

import dataclasses
import errno
import http.client
import os
import subprocess
import sys
import threading
from collections.abc import Iterable
from typing import Any

import psutil
import pytest

from localstack_host.server.cross_site import SiteCheck
from localstack_host.server.listening import Listener
from tests.unit.server.conftest import SMALL, Client, Place, Serve, echo
from tests.waiting import eventually

FEW = dataclasses.replace(SMALL, connections=4)
HEAD = b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n"
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

# A server that may have 64 files open, and clients that open more.
FEW_DESCRIPTORS = """
import resource, socket, sys, threading
from localstack_host.server.cross_site import SiteCheck
from localstack_host.server.limits import Limits
from localstack_host.server.listening import Listener
def echo(environment, start):
    start("200 OK", [])
    return [b"here"]
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
own = socket.create_server(("127.0.0.1", 0), backlog=500)
Listener(own, echo, None, Limits(), SiteCheck()).start()
print(own.getsockname()[1], flush=True)
sys.stdin.read()
"""


def test_who_comes_when_there_are_too_many_is_told_so(serve: Serve) -> None:
    released = threading.Event()

    def wait(_environment: dict[str, Any], start: Any) -> Iterable[bytes]:
        released.wait(10)
        start("200 OK", [])
        return [b"done"]

    place = serve(wait, FEW)
    served = [place.client().send(GET) for _ in range(FEW.connections)]
    eventually(lambda: len(place.requests) == FEW.connections, "request of each connection")
    refused = place.ask(GET)
    assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
    assert b"4 connections" in refused.body
    released.set()
    assert [client.reply().status for client in served] == [200] * FEW.connections


def test_who_has_been_idle_the_longest_makes_room(serve: Serve) -> None:
    place = serve(limits=dataclasses.replace(FEW, idle_s=30, head_s=30))
    idle = [place.client().send(GET) for _ in range(FEW.connections)]
    assert [client.reply().status for client in idle] == [200] * FEW.connections
    # Who has just been answered is not yet idle to the server: the others ask once more, in turns.
    assert [client.send(GET).reply().status for client in idle[1:]] == [200] * len(idle[1:])
    newcomer = place.client().send(GET)
    assert newcomer.reply().status == 200
    assert idle[0].is_over()
    assert idle[-1].send(GET).reply().status == 200


def test_who_says_nothing_keeps_nobody_out(serve: Serve) -> None:
    place = serve(limits=dataclasses.replace(FEW, idle_s=30, head_s=30))
    for _ in range(3 * FEW.connections):
        place.client()
    eventually(lambda: place.ask(GET).status == 200, "answer", timeout_s=5)


def test_a_place_is_free_again_when_its_client_has_gone(serve: Serve) -> None:
    place = serve(limits=FEW)
    for _ in range(5 * FEW.connections):
        client = place.client().send(GET)
        assert client.reply().status in (200, 503)
        client.socket.close()
    eventually(lambda: place.ask(GET).status == 200, "answer")


def test_running_out_of_descriptors_is_a_pause_and_not_the_end() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FEW_DESCRIPTORS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout
        port = int(server.stdout.readline())
        clients = [Client(port) for _ in range(200)]
        eventually(lambda: psutil.Process(server.pid).num_fds() >= 64, "descriptor too few")
        for client in clients:
            client.socket.close()
        try:
            assert Client(port).send(GET).reply().body == b"here"
        finally:
            server.kill()


@pytest.mark.parametrize(
    "number", [errno.EMFILE, errno.ENFILE, errno.ECONNABORTED, errno.ENOBUFS, errno.EPERM]
)
def test_an_error_that_passes_does_not_end_listening(number: int) -> None:
    class Troubled:
        """A listening socket whose first calls fail."""

        def __init__(self) -> None:
            self.calls = 0
            self.closed = threading.Event()

        def getsockname(self) -> tuple[str, int]:
            return "127.0.0.1", 1

        def accept(self) -> Any:
            self.calls += 1
            if self.calls > 3:
                self.closed.wait(10)
            raise OSError(number, os.strerror(number))

        def shutdown(self, _how: int) -> None:
            self.closed.set()

        def close(self) -> None:
            self.closed.set()

    own: Any = Troubled()
    listener = Listener(own, echo, None, SMALL, SiteCheck())
    listener.start()
    eventually(lambda: own.calls > 3, "call after the errors")
    listener.close()


def test_a_listener_that_is_closed_takes_nobody(place: Place) -> None:
    assert place.ask(GET).status == 200
    assert place.listener
    place.listener.close()

    def refuses() -> bool:
        try:
            http.client.HTTPConnection("127.0.0.1", place.port, timeout=1).connect()
        except OSError:
            return True
        return False

    eventually(refuses, "refusal")


def test_a_client_that_does_not_read_its_answer_is_given_up(serve: Serve) -> None:
    def large(_environment: dict[str, Any], start: Any) -> Iterable[bytes]:
        start("200 OK", [])
        return [b"x" * 50_000_000]

    place = serve(large, FEW)
    for _ in range(FEW.connections):
        place.client().send(GET)
    eventually(lambda: len(place.requests) == FEW.connections, "request of each connection")

    def answers() -> bool:
        try:
            return place.ask(HEAD, method="HEAD").status == 200
        except OSError:  # hung up on, because there are too many still
            return False

    eventually(answers, "answer")

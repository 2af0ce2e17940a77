"""Where `lab shop` listens, and what it says where it cannot."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from lab.core import ports
from lab.core.errors import LabError
from lab.shop_server import server


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind((ports.HOST, 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_it_listens_on_the_loopback_address_only() -> None:
    place = server.place(ports.any_free())
    assert place.host == "127.0.0.1"
    assert place.url == f"http://localhost:{place.port}/"


def test_a_port_that_is_taken_is_said_in_words(taken: int) -> None:
    with pytest.raises(LabError, match=f"Port {taken} is taken by .*pid"):
        server.place(taken)


def test_without_a_wish_it_takes_the_next_free_port(
    taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "DEFAULT_PORT", taken)
    assert server.place(None).port > taken


def test_where_all_are_taken_it_says_what_to_do(
    taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "DEFAULT_PORT", taken)
    monkeypatch.setattr(server, "TRIES", 1)
    with pytest.raises(LabError, match="are all taken") as raised:
        server.place(None)
    assert "--port" in raised.value.hint


def test_in_a_container_the_browsers_port_is_the_published_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(server.LISTEN_VARIABLE, "0.0.0.0")
    monkeypatch.setenv(server.PUBLISHED_VARIABLE, "9090")
    place = server.place(ports.any_free())
    assert (place.host, place.url) == ("0.0.0.0", "http://localhost:9090/")

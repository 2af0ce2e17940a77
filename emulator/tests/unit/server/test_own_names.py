"""The names that addresses of the emulator have are this machine's, with and without a network."""

from __future__ import annotations

import socket

import pytest

from localstack_host.server.own_names import is_own, resolve_own_names

OWN = [
    "localhost.localstack.cloud",
    "a1b2.lambda-url.us-east-1.localhost.localstack.cloud",
    "SQS.us-east-1.LocalHost.LocalStack.cloud",
    b"bucket.s3.localhost.localstack.cloud",
]
OTHERS = [
    None,
    "",
    "localhost",
    "localstack.cloud",
    "notlocalhost.localstack.cloud",
    b"example.com",
]


@pytest.mark.parametrize("host", OWN)
def test_own_names_are_known_in_every_form(host: str | bytes) -> None:
    assert is_own(host)


@pytest.mark.parametrize("host", OTHERS)
def test_others_are_not_ours(host: str | bytes | None) -> None:
    assert not is_own(host)


def test_only_own_names_are_resolved_to_the_loopback_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **named: asked.append((given, named)))
    resolve_own_names()
    for host in ("a.localhost.localstack.cloud", "example.com"):
        socket.getaddrinfo(host, 80, type=socket.SOCK_STREAM)
    named = {"type": socket.SOCK_STREAM}
    assert asked == [(("127.0.0.1", 80), named), (("example.com", 80), named)]

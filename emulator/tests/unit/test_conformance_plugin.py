"""The plugin of pytest that LocalStack's tests run with."""

import socket
from types import SimpleNamespace

import pytest

from conformance.plugins import localstack_address as plugin


@pytest.mark.parametrize("host", ["localhost.localstack.cloud", b"s3.localhost.localstack.cloud"])
def test_names_of_localstack_are_this_machine(host: str | bytes) -> None:
    assert plugin._resolve_here(host, 80)[0][4] == ("127.0.0.1", 80)


@pytest.mark.parametrize("host", ["localhost", "notlocalhost.localstack.cloud.example", None])
def test_other_names_are_as_they_are(monkeypatch: pytest.MonkeyPatch, host: str | None) -> None:
    monkeypatch.setattr(plugin, "_resolve", lambda host, *_: host)
    assert plugin._resolve_here(host, 80) == host


@pytest.mark.parametrize(
    ("url", "verified"),
    [("https://localhost.localstack.cloud:4566/", False), ("https://aws.amazon.com/", True)],
)
def test_only_certificates_of_this_machine_are_not_verified(url: str, verified: bool) -> None:
    send = plugin._unverified_here(lambda _adapter, _request, **named: named["verify"])
    assert send(None, SimpleNamespace(url=url), verify=True) is verified


def test_the_port_is_that_of_the_emulator_under_test(monkeypatch: pytest.MonkeyPatch) -> None:
    from localstack import config
    from requests.adapters import HTTPAdapter

    monkeypatch.setattr(config, "GATEWAY_LISTEN", config.GATEWAY_LISTEN)
    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)
    monkeypatch.setattr(HTTPAdapter, "send", HTTPAdapter.send)
    monkeypatch.setenv("GATEWAY_LISTEN", "localhost:4999")
    plugin.pytest_configure()
    assert config.GATEWAY_LISTEN[0].port == 4999

"""A plugin of pytest for LocalStack's tests: the emulator under test is where GATEWAY_LISTEN says.

LocalStack's own conftest.py writes its default port over what the variable says. Its tests address
services by names below localhost.localstack.cloud, which public DNS resolves to 127.0.0.1, and by
HTTPS with a certificate that LocalStack downloads. Here they need no network: the names are
resolved, and what answers there need not show that certificate.
"""

import os
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

_DOMAIN = "localhost.localstack.cloud"
_resolve = socket.getaddrinfo


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Corrects what conftest.py has set."""
    from localstack import config
    from requests.adapters import HTTPAdapter

    address = config.HostAndPort.parse(os.environ["GATEWAY_LISTEN"], "127.0.0.1", 4566)
    config.GATEWAY_LISTEN = config.UniqueHostAndPortList([address])
    socket.getaddrinfo = _resolve_here
    setattr(HTTPAdapter, "send", _unverified_here(HTTPAdapter.send))  # noqa: B010 - for mypy


def _is_here(host: Any) -> bool:
    text = host.decode() if isinstance(host, bytes) else host
    return isinstance(text, str) and (text == _DOMAIN or text.endswith(f".{_DOMAIN}"))


def _resolve_here(host: Any, *arguments: Any, **named: Any) -> Any:
    return _resolve("127.0.0.1" if _is_here(host) else host, *arguments, **named)


def _unverified_here(send: Any) -> Any:
    def sent(adapter: Any, request: Any, **named: Any) -> Any:
        if _is_here(urlsplit(request.url).hostname):
            named["verify"] = False
        return send(adapter, request, **named)

    return sent

"""Checks quickly whether an emulator responds, with a clear error if not."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from lab.core import clients, endpoints, ports
from lab.core.error_messages import not_running
from lab.core.errors import LabError

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 10.0
HEALTH = "/_localstack/health"


def require(endpoint: str) -> str:
    """Returns the endpoint if an HTTP server responds there, with any status.

    Raises LabError if nothing listens, if there is no response within seconds, if it is no HTTP, or
    if it is a web page, which no emulator has there.
    """
    _require_known(urlsplit(endpoint).hostname or "", endpoint)
    timeout = httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
    with _explained(endpoint), clients.http(endpoint, timeout=timeout) as emulator:
        answer = emulator.get(HEALTH)
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        raise LabError(
            f"What listens at {endpoint} is no emulator, but {_who(endpoint)}.",
            f"End it, or use another port: lab up --port {ports.any_free()}",
        )
    return endpoint


def _who(endpoint: str) -> str:
    here = endpoints.is_loopback(urlsplit(endpoint).hostname or "")
    return ports.holder(endpoints.port_of(endpoint)) if here else "a web server"


def _require_known(host: str, endpoint: str) -> None:
    try:
        socket.getaddrinfo(host, None)
    except (OSError, UnicodeError) as error:
        if endpoints.is_loopback(host):
            raise not_running(endpoint) from error
        raise LabError(
            f"There is no host {host!r}: {endpoints.VARIABLE} is {endpoint}.", endpoints.EXAMPLE
        ) from error


@contextmanager
def _explained(endpoint: str) -> Iterator[None]:
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        if _is_about_tls(error):
            raise _no_https(endpoint, error) from error
        raise not_running(endpoint) from error
    except httpx.TimeoutException as error:
        raise _hanging(endpoint) from error
    except httpx.TransportError as error:
        raise LabError(
            f"What listens at {endpoint} is no emulator: it does not speak HTTP.",
            endpoints.EXAMPLE,
        ) from error


def _is_about_tls(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    return cause is not None


def _no_https(endpoint: str, error: Exception) -> LabError:
    return LabError(
        f"What listens at {endpoint} cannot be reached by https: {error}.",
        f"The lab's emulator speaks plain HTTP: {endpoint.replace('https:', 'http:', 1)}",
    )


def _hanging(endpoint: str) -> LabError:
    return LabError(
        f"What listens at {endpoint} takes requests and has not answered for"
        f" {READ_TIMEOUT_S:.0f} s.",
        "If the machine is busy, wait. If the emulator hangs, `lab down` and `lab up` restart it:"
        " of what is in it, the last two seconds may be lost.",
    )

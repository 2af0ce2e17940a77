"""Whether an emulator answers, before anything is asked of it: quickly, and in one sentence."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from lab.core import clients, endpoints
from lab.core.error_messages import not_running
from lab.core.errors import LabError

CONNECT_TIMEOUT_S = 5.0
ANSWER_TIMEOUT_S = 10.0
HEALTH = "/_localstack/health"


def require(endpoint: str) -> str:
    """The endpoint, if something there answers as a web server does.

    Raises LabError if nothing listens, if what listens does not answer within seconds, and if it
    speaks another language. Which status it answers with does not matter: emulators differ.
    """
    _require_known(urlsplit(endpoint).hostname or "", endpoint)
    patience = httpx.Timeout(ANSWER_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
    with _told(endpoint), clients.http(endpoint, timeout=patience) as emulator:
        emulator.get(HEALTH)
    return endpoint


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
def _told(endpoint: str) -> Iterator[None]:
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
        f" {ANSWER_TIMEOUT_S:.0f} s.",
        "If the machine is busy, wait. If the emulator hangs, `lab down` ends it with all that is"
        " in it, and `lab up` starts a new one.",
    )

"""What the suites run against: a server of their own, or one that answers already."""

import http.client
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from conformance.programs import ConformanceError, suite_variables, tail
from conformance.suites import LOCALSTACK, STANDALONE

_TIMEOUT = 10.0


@dataclass(frozen=True)
class Target:
    """Where requests go, and whether DynamoDB stands there alone or in LocalStack."""

    endpoint: str
    kind: str


@contextmanager
def target(endpoint: str | None, folder: Path) -> Iterator[Target]:
    """The given endpoint, or a new engine of its own, which ends afterwards."""
    if endpoint is not None:
        yield Target(endpoint.rstrip("/"), _kind(endpoint))
        return
    log = folder / "server.log"
    with log.open("wb") as errors:
        server = subprocess.Popen(
            [sys.executable, "-m", "embedded_dynamodb", "--port", "0"],
            env=suite_variables(folder / "home"),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        yield Target(_address(server, log), STANDALONE)
    finally:
        server.terminate()
        server.communicate()


def _address(server: subprocess.Popen[str], log: Path) -> str:
    # It says where it answers when it does.
    line = server.stdout.readline() if server.stdout else ""
    _, found, address = line.strip().rpartition(" at ")
    if not found:
        raise ConformanceError(f"The engine did not start. {tail(log)}")
    return address


def _kind(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    if parts.scheme != "http" or parts.hostname is None:
        raise ConformanceError(
            f"ENDPOINT is {endpoint!r}. Give an address like http://localhost:8000."
        )
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=_TIMEOUT)
    try:
        connection.request("GET", "/_localstack/health")
        answer = connection.getresponse()
        is_localstack = answer.status == 200 and b'"services"' in answer.read()
    except OSError as error:
        raise ConformanceError(
            f"Nothing answers at {endpoint} ({error}). Start it, or leave ENDPOINT out."
        ) from None
    finally:
        connection.close()
    return LOCALSTACK if is_localstack else STANDALONE

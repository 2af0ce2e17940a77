"""What the suites run against: a server of their own, or one that answers already."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from conformance.programs import ConformanceError
from conformance.servers import SERVERS, Plan, running
from conformance.suites import LOCALSTACK, STANDALONE

_TIMEOUT = 10.0


@dataclass(frozen=True)
class Target:
    """Where requests go, and whether DynamoDB stands there alone or in LocalStack."""

    endpoint: str
    kind: str
    # Whether a list says what fails there.
    is_ours: bool = True

    @property
    def port(self) -> int:
        """The port, also where the address names none."""
        return urlsplit(self.endpoint).port or 80


@contextmanager
def target(endpoint: str | None, server: str, plan: Plan) -> Iterator[Target]:
    """The given endpoint, or a new server of this name, which ends afterwards."""
    if endpoint is not None:
        yield Target(endpoint.rstrip("/"), _kind(endpoint))
        return
    with running(server, plan) as where:
        yield Target(where, SERVERS[server].kind, SERVERS[server].is_ours)


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

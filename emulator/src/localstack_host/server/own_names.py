"""Resolves names below localhost.localstack.cloud in the emulator's process, without a network.

They are in the addresses of functions, queues and APIs that LocalStack answers with. Public DNS
resolves them to 127.0.0.1; without it an HTTP integration or a subscription that has such an
address could not be served.
"""

from __future__ import annotations

import socket
from typing import Any

from localstack_host.host.endpoints import LOOPBACK
from localstack_host.localstack_api import on_infra_start
from localstack_host.server.cross_site import OWN_SUFFIX

DOMAIN = OWN_SUFFIX.decode().lstrip(".")


@on_infra_start()
def resolve_own_names() -> None:
    """Replaces the process's resolver, which asks the system for all other names."""
    original = socket.getaddrinfo

    def resolve(host: Any, *arguments: Any, **named: Any) -> Any:
        return original(LOOPBACK if is_own(host) else host, *arguments, **named)

    socket.getaddrinfo = resolve


def is_own(host: str | bytes | None) -> bool:
    """Whether a name is localhost.localstack.cloud or below it."""
    name = host.decode("latin-1") if isinstance(host, bytes) else host or ""
    return f".{name.lower()}".endswith(f".{DOMAIN}")

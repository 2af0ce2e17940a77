"""The limits of the server for each client: sizes, times and numbers.

docs/parity.md compares each with AWS's own. They suit a server on one person's machine: high enough
for every request that AWS accepts, and low enough that no client can block the others.
"""

from __future__ import annotations

import resource
from dataclasses import dataclass, replace

KIB, MIB = 2**10, 2**20


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, times in seconds.

    `request_line_bytes` limits the target. `body_bytes` limits a body, both as it is sent and after
    decompression; `bodies_bytes` limits the total of both for all requests that are being served.
    A head must arrive within `head_s`, a whole request within `request_s`. A connection may be
    silent for `idle_s` between two requests and while it receives a response, and for `head_s`
    before its first request. A client that was refused has `parting_s` to read the reason.
    """

    request_line_bytes: int = 16 * KIB
    header_bytes: int = 64 * KIB
    headers: int = 100
    body_bytes: int = 256 * MIB
    bodies_bytes: int = 768 * MIB
    head_s: float = 20.0
    request_s: float = 300.0
    idle_s: float = 75.0
    parting_s: float = 2.0
    connections: int = 1_000


LIMITS = Limits()

# For the emulator itself, beside its clients: functions, logs, databases.
OWN_DESCRIPTORS = 128
# A higher limit gains nothing, and some programs iterate over all possible descriptors.
MAX_DESCRIPTORS = 8_192


def raise_descriptor_limit() -> int:
    """Raises the soft limit of open files up to MAX_DESCRIPTORS, and returns it.

    The default on macOS is 256, fewer than the number of connections.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    requested = MAX_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(MAX_DESCRIPTORS, hard)
    if soft == resource.RLIM_INFINITY or soft >= requested:
        return soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (requested, hard))
    return requested


def within(descriptors: int) -> Limits:
    """The limits, with at most as many connections as this number of descriptors allows."""
    possible = max(descriptors - OWN_DESCRIPTORS, OWN_DESCRIPTORS // 4)
    return replace(LIMITS, connections=min(LIMITS.connections, possible))

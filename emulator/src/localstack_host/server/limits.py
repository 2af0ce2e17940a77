"""What the server accepts of a client: sizes, times and numbers.

Each stands beside AWS's own in docs/parity.md. They are those of a server for one person's machine:
wide enough for what AWS itself takes, and narrow enough that no client can stop the others.
"""

from __future__ import annotations

import resource
from dataclasses import dataclass, replace

KIB, MIB = 2**10, 2**20


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, times in seconds.

    `request_line_bytes` is the length of the target; `body_bytes` counts a body as it is sent, and
    once more as it is when it has been unpacked; `bodies_bytes` counts those of all requests that
    are served at a time, both ways. `head_s` and `request_s` are the time that a head
    and a whole request may take to arrive, `idle_s` the time that a connection may say nothing:
    before its first request, between two of them, and while it takes an answer. A client that is
    told that it has been refused has `parting_s` to read why.
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

# What the emulator itself may need beside its clients: functions, logs, its database.
OWN_DESCRIPTORS = 128
# Above it nothing is gained, and some programs walk through every number that they could have.
WANTED_DESCRIPTORS = 8_192


def raise_descriptor_limit() -> int:
    """Raises the number of files that this process may have open as far as it may; returns it.

    macOS starts a process with 256 (the soft limit), which is fewer than there are connections.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(WANTED_DESCRIPTORS, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


def within(descriptors: int) -> Limits:
    """The limits, with no more connections than a process may have that has so many files open."""
    possible = max(descriptors - OWN_DESCRIPTORS, OWN_DESCRIPTORS // 4)
    return replace(LIMITS, connections=min(LIMITS.connections, possible))

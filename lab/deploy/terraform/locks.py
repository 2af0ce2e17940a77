"""The state lock: who holds it, and whether the holder is still alive."""

from __future__ import annotations

import getpass
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

from lab.core import endpoints
from lab.core.errors import LabError


@dataclass(frozen=True)
class Lock:
    """What Terraform says about a lock: its id, `user@host`, and since when."""

    id: str
    who: str
    created: str


def held(errors: Sequence[str]) -> Lock | None:
    """The lock that made a run fail, if that is why it failed."""
    for error in errors:
        if "state lock" in error and (said := dict(re.findall(r"^\s*(\w+):\s+(.+)$", error, re.M))):
            return Lock(said.get("ID", ""), said.get("Who", ""), said.get("Created", ""))
    return None


def is_dead(lock: Lock, endpoint: str) -> bool:
    """Whether a run of this user on this machine left the lock, and none is at work there now."""
    return (
        bool(lock.id) and lock.who == f"{_user()}@{socket.gethostname()}" and not _running(endpoint)
    )


def _user() -> str:
    """Who runs this, as Terraform says it; nobody where the system has no name for them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def refused(lock: Lock, environment: str, endpoint: str) -> LabError:
    """The error for a lock whose holder may be alive."""
    pids = ", ".join(str(pid) for pid in _running(endpoint))
    here = f" Terraform runs here as process {pids}." if pids else ""
    return LabError(
        f"The state of {environment} is locked by {lock.who} since {lock.created}.{here}",
        "Wait until that run is done. If it is dead: end its process and try again, or remove "
        f"the lock with `tflocal force-unlock {lock.id}`.",
    )


def _running(endpoint: str) -> list[int]:
    """Every Terraform on this machine, except those that work at another endpoint."""
    found = psutil.process_iter(["pid", "name", "environ"])
    return [p.info["pid"] for p in found if p.info["name"] == "terraform" and _at(p, endpoint)]


def _at(process: psutil.Process, endpoint: str) -> bool:
    environment = process.info["environ"] or {}
    given = str(environment.get(endpoints.VARIABLE) or endpoint)
    return endpoints.same(given.strip().rstrip("/"), endpoint)

"""The state lock: its holder, and whether the holder is still running."""

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
    """A lock as Terraform prints it: its id, `user@host`, and the time of its creation."""

    id: str
    who: str
    created: str


def held(errors: Sequence[str]) -> Lock | None:
    """Returns the lock that made a run fail, if there is one."""
    for error in errors:
        if "state lock" in error and (
            fields := dict(re.findall(r"^\s*(\w+):\s+(.+)$", error, re.M))
        ):
            return Lock(fields.get("ID", ""), fields.get("Who", ""), fields.get("Created", ""))
    return None


def is_dead(lock: Lock, endpoint: str) -> bool:
    """Whether this user left the lock on this machine, and no run is active now."""
    return (
        bool(lock.id) and lock.who == f"{_user()}@{socket.gethostname()}" and not _running(endpoint)
    )


def _user() -> str:
    """Returns the user's name as Terraform prints it, or "" if the system has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def refused(lock: Lock, environment: str, endpoint: str) -> LabError:
    """Returns the error for a lock whose holder may be running."""
    pids = ", ".join(str(pid) for pid in _running(endpoint))
    here = f" Terraform runs here as process {pids}." if pids else ""
    return LabError(
        f"The state of {environment} is locked by {lock.who} since {lock.created}.{here}",
        "Wait until that run is done. If it hangs, end its process and run this again, or remove "
        f"the lock with `tflocal force-unlock {lock.id}`.",
    )


def _running(endpoint: str) -> list[int]:
    """Returns the pids of Terraform on this machine, except those at another endpoint."""
    processes = psutil.process_iter(["pid", "name", "environ"])
    return [p.info["pid"] for p in processes if p.info["name"] == "terraform" and _at(p, endpoint)]


def _at(process: psutil.Process, endpoint: str) -> bool:
    environment = process.info["environ"] or {}
    configured = str(environment.get(endpoints.VARIABLE) or endpoint)
    return endpoints.same(configured.strip().rstrip("/"), endpoint)

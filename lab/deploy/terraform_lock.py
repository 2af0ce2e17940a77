"""The lock of a lab's Terraform: one run at a time, also of a Terraform whose `lab` was killed."""

from __future__ import annotations

import fcntl
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

import psutil

from lab.core import endpoints, paths, run_state
from lab.core.errors import LabError
from lab.core.progress import Progress

INTERRUPT_TIMEOUT_S = 60.0
"""How long an interrupted Terraform may take to store its state before it is killed."""


@contextmanager
def held(home: Path) -> Iterator[int]:
    """Holds the lock of the folder for Terraform. Raises LabError if another run holds it.

    Yields the file descriptor of the lock: a program that inherits it holds the lock until it
    ends, even if the lab is killed before.
    """
    home.mkdir(parents=True, exist_ok=True)
    with _lock(home).open("a") as lock:
        if not _acquired(lock):
            raise _busy(home)
        lock.truncate(0)
        json.dump({"pid": os.getpid(), "created": psutil.Process().create_time()}, lock)
        lock.flush()
        yield lock.fileno()


def end_left_over(home: Path, on_progress: Progress) -> None:
    """Ends the Terraform that a killed `lab` has left; it stores its state first.

    Does nothing while the lab that has started it is alive.
    """
    if not _lock(home).exists():
        return
    with _lock(home).open("a") as lock:
        if _acquired(lock) or _holder_is_alive(home):
            return
    if left := running(home):
        on_progress("waiting until the Terraform of a killed lab has stored its state")
        _end(left)


def _lock(home: Path) -> Path:
    return home / "lock"


def _acquired(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder_is_alive(home: Path) -> bool:
    """Whether the lab that took the lock runs. It may, if the file does not say who that was."""
    holder = paths.stored_object(_lock(home))
    try:
        return run_state.running(holder["pid"], holder["created"]) is not None
    except (KeyError, TypeError, ValueError):
        return True


def unfinished(home: Path, environment: str) -> Path:
    """A file with the endpoint of a deploy: while it runs, and after it if it did not succeed."""
    return home / f"unfinished-{environment}"


def has_finished(home: Path, environment: str, endpoint: str | None) -> bool:
    """Whether the last deploy of this lab to an emulator has succeeded, if there was one."""
    try:
        begun = unfinished(home, environment).read_text()
    except OSError:
        return True
    return not endpoints.same(begun, endpoint)


def running(home: Path) -> list[psutil.Process]:
    """The processes of Terraform that run in this folder."""
    processes = psutil.process_iter(["pid", "name", "cwd"])
    named = [p for p in processes if p.info["name"] == "terraform" and p.info["cwd"]]
    return [p for p in named if Path(p.info["cwd"]).is_relative_to(home)]


def _end(processes: list[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGINT)
    _, alive = psutil.wait_procs(processes, INTERRUPT_TIMEOUT_S)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, INTERRUPT_TIMEOUT_S)


def _busy(home: Path) -> LabError:
    message = f"Another deploy or destroy is running in {home.parent}."
    pids = ", ".join(str(process.pid) for process in running(home))
    if pids and not _holder_is_alive(home):
        return LabError(
            f"{message} It is Terraform, process {pids}, whose `lab` was killed.",
            "Wait until it is done, or end it with the emulator: lab down && lab up",
        )
    return LabError(message, "Wait until it is done.")

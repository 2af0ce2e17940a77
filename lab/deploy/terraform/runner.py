"""Runs a program, hands on its lines as they come, and stops it gently on Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from lab.core import child_processes
from lab.core.errors import LabError

POLL_S = 0.1
LOOK_S = 1.0
PATIENCE_S = 60.0
"""How long an interrupted Terraform may take to save its state before it is killed."""

HOPELESS_S = 3.0
"""The same, where its emulator has ended or its disk is full."""


@dataclass(frozen=True)
class Completed:
    """How a program ended: its exit code, and every line of its output."""

    code: int
    output: list[str]


@dataclass(frozen=True)
class Place:
    """Where a program runs, with which variables, where its output goes, and the lock it keeps."""

    folder: Path
    environment: dict[str, str]
    log: Path
    lock: int


def run(
    command: list[str],
    place: Place,
    hear: Callable[[str], None],
    finishing: Callable[[], None] | None = None,
    trouble: Callable[[], LabError | None] = lambda: None,
) -> Completed:
    """Runs `command`, and calls `hear` with every line of its output as it comes.

    At Ctrl-C the program is asked to stop. With `finishing` it may do its work to the end first:
    `finishing` is called to tell so, and only a second Ctrl-C stops it. Then Ctrl-C goes on, after
    the program has ended.
    `trouble` is asked every second whether the work can still come to an end. Raises its LabError,
    after the program has ended.
    """
    with place.log.open("w") as writing, place.log.open() as reading:
        process = _start(command, place, writing)
        try:
            output = _listen(process, reading, hear, trouble)
        except KeyboardInterrupt:
            _stop(process, finishing, trouble)
            raise
        except BaseException:  # nothing that it waits for will come
            _interrupt(process, HOPELESS_S)
            raise
    return Completed(process.returncode, output)


def _start(command: list[str], place: Place, log: TextIO) -> child_processes.Process:
    return child_processes.start(
        command,
        place.environment,
        cwd=place.folder,
        pass_fds=[place.lock],
        stdin=subprocess.DEVNULL,
        # A file, not a pipe: when the lab is killed, Terraform goes on and saves its state. A
        # broken pipe would end it in the middle.
        stdout=log,
        stderr=subprocess.STDOUT,
        # Ctrl-C reaches every process of a terminal's group. tflocal hands it on to Terraform,
        # and Terraform drops everything at the second one, its state too.
        start_new_session=True,
    )


def _listen(
    process: child_processes.Process,
    log: TextIO,
    hear: Callable[[str], None],
    trouble: Callable[[], LabError | None],
) -> list[str]:
    output: list[str] = []
    pending = ""
    ended = False
    look_at = time.monotonic() + LOOK_S
    while not ended:
        ended = _has_ended(process)
        *lines, pending = (pending + log.read()).split("\n")
        for line in lines:
            output.append(line)
            hear(line)
        if time.monotonic() >= look_at:
            look_at = time.monotonic() + LOOK_S
            _raise(trouble())
    return output


def _raise(problem: LabError | None) -> None:
    if problem:
        raise problem


def _has_ended(process: child_processes.Process, within_s: float = POLL_S) -> bool:
    try:
        process.wait(within_s)
    except subprocess.TimeoutExpired:
        return False
    return True


def _stop(
    process: child_processes.Process,
    finishing: Callable[[], None] | None,
    trouble: Callable[[], LabError | None],
) -> None:
    """Lets the program come to its end, until another Ctrl-C, or asks it to end."""
    try:
        if finishing:
            finishing()
            _listen_no_more(process, trouble)
            return
    except KeyboardInterrupt:
        _interrupt(process, PATIENCE_S)
        return
    except BaseException:  # what it is finishing will not come
        _interrupt(process, HOPELESS_S)
        raise
    _interrupt(process, PATIENCE_S)


def _listen_no_more(
    process: child_processes.Process, trouble: Callable[[], LabError | None]
) -> None:
    while not _has_ended(process, LOOK_S):
        _raise(trouble())


def _interrupt(process: child_processes.Process, patience_s: float) -> None:
    """Asks the program to end and waits until it has; kills it when it takes too long."""
    process.send_signal(signal.SIGINT)
    try:
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience_s)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

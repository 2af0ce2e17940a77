"""Runs a program, hands on its lines as they come, and stops it gently on Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from lab import children
from lab.errors import LabError

POLL_S = 0.1
PATIENCE_S = 60.0
"""How long an interrupted Terraform may take to save its state before it is killed."""


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
) -> Completed:
    """Runs `command`, and calls `hear` with every line of its output as it comes.

    At Ctrl-C the program is asked to stop. With `finishing` it may do its work to the end first:
    `finishing` is called to tell so, and only a second Ctrl-C stops it.
    Raises LabError when Ctrl-C was pressed, after the program has ended.
    """
    with place.log.open("w") as writing, place.log.open() as reading:
        process = _start(command, place, writing)
        try:
            output = _listen(process, reading, hear)
        except KeyboardInterrupt:
            if not (finishing and _finishes(process, finishing)):
                _interrupt(process)
            raise _interrupted() from None
    return Completed(process.returncode, output)


def _start(command: list[str], place: Place, log: TextIO) -> children.Process:
    return children.start(
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


def _listen(process: children.Process, log: TextIO, hear: Callable[[str], None]) -> list[str]:
    output: list[str] = []
    pending = ""
    ended = False
    while not ended:
        ended = _has_ended(process)
        *lines, pending = (pending + log.read()).split("\n")
        for line in lines:
            output.append(line)
            hear(line)
    return output


def _has_ended(process: children.Process) -> bool:
    try:
        process.wait(POLL_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def _finishes(process: children.Process, tell: Callable[[], None]) -> bool:
    """Whether the program came to its end before another Ctrl-C."""
    try:
        tell()
        process.wait()
    except KeyboardInterrupt:
        return False
    return True


def _interrupt(process: children.Process) -> None:
    """Asks the program to end and waits until it has; kills it when it takes too long."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(PATIENCE_S)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _interrupted() -> LabError:
    return LabError(
        "Stopped. What was made is in Terraform's state.",
        "`lab deploy` goes on from here, `lab destroy` takes it away.",
    )

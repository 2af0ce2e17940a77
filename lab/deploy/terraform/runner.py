"""Runs a program, reports its output line by line, and stops it gracefully on Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TextIO

from lab.core import child_processes
from lab.core.errors import LabError
from lab.deploy.terraform_lock import INTERRUPT_TIMEOUT_S

POLL_S = 0.1
CHECK_INTERVAL_S = 1.0

ABORT_TIMEOUT_S = 3.0
"""How long it may take if its emulator has ended or its disk is full: it cannot store its state."""


@dataclass(frozen=True)
class Completed:
    """A completed process: its exit code, and every line of its output."""

    code: int
    output: list[str]


@dataclass(frozen=True)
class Place:
    """Where a program runs: its folder, its environment, its log, and what it keeps open.

    A program that inherits the descriptor of a lock holds it until it ends.
    """

    folder: Path
    environment: dict[str, str]
    log: Path
    descriptors: tuple[int, ...] = ()


def run(
    command: list[str],
    place: Place,
    on_line: Callable[[str], None],
    on_interrupt: Callable[[], None] | None = None,
    find_failure: Callable[[], LabError | None] = lambda: None,
) -> Completed:
    """Runs `command`, and calls `on_line` with every line of its output.

    Ctrl-C interrupts the program. With `on_interrupt`, that callback is called instead, and only
    a second Ctrl-C interrupts the program. KeyboardInterrupt is raised after the program has ended.
    `find_failure` is called every second. If it returns an error, the program is interrupted,
    and the error is raised after it has ended. It is also called after the program has failed,
    because a full disk may have kept the program's own message out of the log.
    """
    with place.log.open("w") as writing, place.log.open() as reading:
        process = _start(command, place, writing)
        follow = partial(_follow, process, reading, on_line, find_failure)
        try:
            output = follow()
        except KeyboardInterrupt:
            _stop(process, on_interrupt, follow)
            raise
        except BaseException:  # the program cannot succeed any more
            _interrupt(process, ABORT_TIMEOUT_S)
            raise
    if process.returncode:
        _raise(find_failure())
    return Completed(process.returncode, output)


def _start(command: list[str], place: Place, log: TextIO) -> child_processes.Process:
    return child_processes.start(
        command,
        place.environment,
        cwd=place.folder,
        pass_fds=place.descriptors,
        stdin=subprocess.DEVNULL,
        # A file, not a pipe: when the lab is killed, Terraform continues and saves its state. A
        # broken pipe would end it halfway.
        stdout=log,
        stderr=subprocess.STDOUT,
        # Ctrl-C reaches every process of a terminal's group. tflocal passes it on to Terraform,
        # and Terraform drops everything on the second one, including its state.
        start_new_session=True,
    )


def _follow(
    process: child_processes.Process,
    log: TextIO,
    on_line: Callable[[str], None],
    find_failure: Callable[[], LabError | None],
) -> list[str]:
    output: list[str] = []
    pending = ""
    ended = False
    next_check = time.monotonic() + CHECK_INTERVAL_S
    while not ended:
        ended = _has_ended(process)
        *lines, pending = (pending + log.read()).split("\n")
        for line in lines:
            output.append(line)
            on_line(line)
        if time.monotonic() >= next_check:
            next_check = time.monotonic() + CHECK_INTERVAL_S
            _raise(find_failure())
    return output


def _raise(error: LabError | None) -> None:
    if error:
        raise error


def _has_ended(process: child_processes.Process) -> bool:
    try:
        process.wait(POLL_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def _stop(
    process: child_processes.Process,
    on_interrupt: Callable[[], None] | None,
    follow: Callable[[], object],
) -> None:
    """Follows the program to its end or to another Ctrl-C, or interrupts it."""
    try:
        if on_interrupt:
            on_interrupt()
            follow()
            return
    except KeyboardInterrupt:
        _interrupt(process, INTERRUPT_TIMEOUT_S)
        return
    except BaseException:  # the program cannot succeed any more
        _interrupt(process, ABORT_TIMEOUT_S)
        raise
    _interrupt(process, INTERRUPT_TIMEOUT_S)


def _interrupt(process: child_processes.Process, timeout_s: float) -> None:
    """Interrupts the program and waits for its end; kills it after a timeout."""
    process.send_signal(signal.SIGINT)
    try:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout_s)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

"""Starts and stops LocalStack as a process of this machine."""

from __future__ import annotations

import fcntl
import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from localstack_host.host import (
    disk_space,
    endpoints,
    environment,
    log_files,
    paths,
    ports,
    process_tree,
    run_state,
    service_selection,
)
from localstack_host.host.errors import HostError
from localstack_host.host.run_state import Record
from localstack_host.host.wrapper import RESTART, START, STOP
from localstack_host.state import commands as states
from localstack_host.state import saved_states
from localstack_host.state.about import About
from localstack_host.state.variables import keeps_state

READY_TIMEOUT_S = 60.0
RESPONSE_TIMEOUT_S = 10.0
POLL_S = 0.05

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Emulator:
    """A running emulator; `already_running` if this call did not start it. Times in seconds.

    `state` is `{"restored", "saved_at", "refused"}`: whether it has loaded a saved state, of which
    moment, and in words which state it has not loaded.
    """

    pid: int
    port: int
    endpoint: str
    already_running: bool
    ready_s: float
    state: dict[str, Any] = field(default_factory=lambda: dict(states.NOTHING))


@dataclass(frozen=True)
class Beginning:
    """What an emulator begins with: without any, with the state that it had."""

    fresh: bool = False
    folder: Path | None = None

    @property
    def option(self) -> str:
        """The option on the command line."""
        return "--fresh" if self.fresh else f"--state {self.folder}" if self.folder else ""


AS_IT_WAS = Beginning()


@dataclass(frozen=True)
class EmulatorStatus:
    """The state of an emulator. If it is not running, only `log` is known.

    `iam` is whether it enforces permissions.
    `memory_mb` counts the emulator and every process that it started, in MB of 10^6 bytes.
    `not_saved` says since when (RFC 3339) its state cannot be saved, and why: `{"since", "why"}`.
    """

    running: bool
    healthy: bool
    log: Path
    pid: int | None = None
    port: int | None = None
    endpoint: str | None = None
    iam: bool | None = None
    started_at: str | None = None
    memory_mb: float | None = None
    not_saved: dict[str, str] | None = None


def start(
    port: int | None = None,
    timeout_s: float = READY_TIMEOUT_S,
    on_progress: Progress | None = None,
    iam: bool = True,
    owner: int | None = None,
    beginning: Beginning = AS_IT_WAS,
) -> Emulator:
    """Starts the emulator on `port` (default: PORT_VARIABLE, or 4566), and waits until it responds.

    With `iam` it enforces permissions. It ends when the process `owner` ends, if one is given. It
    loads the state that this home's last one had, unless `beginning` says otherwise. If it is
    already running, `already_running` is true. Raises HostError if the port is in use, if it
    runs with other settings, if a variable is invalid, if there is no disk space, if it ends while
    starting, or if it does not respond within `timeout_s` seconds; nothing is left running.
    """
    report = on_progress or (lambda _message: None)
    requested = port or endpoints.requested_port()
    service_selection.requested()  # a wrong name is refused before anything is done
    with _exclusively():
        running = run_state.running()
        if running is not None:
            _require_no_beginning(running, beginning)
            return _already_running(running, requested, iam)
        disk_space.require(paths.home())
        _clean_up()
        port = requested or endpoints.DEFAULT_PORT
        ports.require_free(port)  # before anything is changed
        _begin(beginning)
        return _start(port, timeout_s, report, iam, owner)


@dataclass(frozen=True)
class Stopped:
    """Whether an emulator was running, and why its state was not saved if it was not."""

    stopped: bool
    not_saved: str | None = None

    def __bool__(self) -> bool:
        return self.stopped


def stop() -> Stopped:
    """Saves the emulator's state, and ends it and every process that it started.

    The result is false if none was running.
    """
    with _exclusively():
        return _stop()


def _stop() -> Stopped:
    record = run_state.running()
    process = record.process() if record else None
    if record is None or process is None:
        _clean_up()
        return Stopped(False)
    problem = _saved(record.endpoint) if keeps_state() else None
    with suppress(OSError):  # a full disk
        run_state.save(replace(record, stopping=True))  # so that nobody says that it has died
    process_tree.end(process)
    _clean_up()
    return Stopped(True, problem)


def _saved(endpoint: str) -> str | None:
    """Saves the state of an emulator. Returns why it was not, if it was not."""
    if not is_healthy(endpoint):
        return f"It does not answer at {endpoint}."
    return states.save_running(endpoint)


def save(folder: Path) -> About:
    """Saves the running emulator's state, or else the latest saved one, in a new folder."""
    record = run_state.running()
    if folder.exists():
        raise HostError(f"{folder} exists already.", "Choose another folder, or remove it first.")
    if record is not None and (problem := states.save_running(record.endpoint)):
        raise HostError(f"The emulator could not save its state: {problem}", f"Log: {log_path()}")
    return states.save_to(folder)


def restart_with(folder: Path, on_progress: Progress | None = None) -> Emulator:
    """Restarts the emulator with the same options, and with the state in a folder.

    Raises HostError if none is running, or if the state cannot be used: then it runs on.
    """
    states.require_usable(folder)
    record = run_state.running()
    if record is None:
        raise HostError("No emulator is running.", f"Start one: {START} --state {folder}")
    os.environ[service_selection.VARIABLE] = record.services
    with tempfile.TemporaryDirectory(dir=paths.home(), prefix="restore-") as place:
        kept = Path(place) / "state"  # the folder may be one that the stop replaces
        saved_states.copy(folder.absolute(), kept)
        stop()
        return start(
            record.port,
            on_progress=on_progress,
            iam=record.iam,
            owner=record.owner or None,
            beginning=Beginning(folder=kept),
        )


def _require_no_beginning(record: Record, beginning: Beginning) -> None:
    if beginning.option:
        raise HostError(
            f"The emulator is already running ({record.name}): {beginning.option} is for a start.",
            f"Stop it first: {RESTART} {beginning.option}",
        )


def _begin(beginning: Beginning) -> None:
    if beginning.folder is not None:
        states.begin_with(beginning.folder)
    elif beginning.fresh:
        states.begin_anew()


def status() -> EmulatorStatus:
    """The state of the emulator of this home."""
    record = run_state.running()
    process = record.process() if record else None
    if record is None or process is None:
        return EmulatorStatus(running=False, healthy=False, log=log_path())
    return EmulatorStatus(
        running=True,
        healthy=is_healthy(record.endpoint),
        log=log_path(),
        pid=process.pid,
        port=record.port,
        endpoint=record.endpoint,
        iam=record.iam,
        started_at=record.started_at,
        memory_mb=process_tree.memory_mb(process),
        not_saved=states.not_saved(record.endpoint) if keeps_state() else None,
    )


def is_healthy(endpoint: str) -> bool:
    """Whether an emulator responds at this URL. Ignores the configured proxy."""
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=2)
    try:
        connection.request("GET", "/_localstack/health")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def log_path() -> Path:
    """The path of the emulator's log."""
    return paths.home() / "emulator.log"


@contextmanager
def _exclusively() -> Iterator[None]:
    """Holds a lock, so that concurrent commands wait for each other."""
    with (paths.home() / "emulator.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _already_running(record: Record, requested: int | None, iam: bool) -> Emulator:
    if requested not in (None, record.port):
        raise HostError(
            f"The emulator is already running on port {record.port}, not on {requested}.",
            f"Use it as it is, or stop it first: {RESTART} --port {requested}",
        )
    if not iam and record.iam:
        raise HostError(
            "The emulator is already running, and enforces permissions.",
            f"Stop it first: {RESTART} --no-iam",
        )
    _require_services(record)
    if not _responds_within(record.endpoint, RESPONSE_TIMEOUT_S):
        raise HostError(
            f"The emulator is running ({record.name}) and does not answer at {record.endpoint}.",
            f"Restart it: {RESTART}. Its log: {log_path()}",
        )
    return _emulator(record, already_running=True)


def _require_services(record: Record) -> None:
    offered = record.services.split(",") if record.services else []
    missing = service_selection.requested().difference(offered)
    if missing:
        names = service_selection.listed({*offered, *missing})
        raise HostError(
            f"The emulator is already running, without {service_selection.listed(missing)}.",
            f"Stop it first: {STOP} && {service_selection.VARIABLE}={names} {START}",
        )


def _emulator(record: Record, *, already_running: bool = False, ready_s: float = 0.0) -> Emulator:
    return Emulator(
        pid=record.pid,
        port=record.port,
        endpoint=record.endpoint,
        already_running=already_running,
        ready_s=ready_s,
        state=states.report(record.endpoint),
    )


def _responds_within(endpoint: str, timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while not (healthy := is_healthy(endpoint)) and time.monotonic() < deadline:
        time.sleep(POLL_S)
    return healthy


def _start(port: int, timeout_s: float, report: Progress, iam: bool, owner: int | None) -> Emulator:
    variables = environment.variables(port, iam, owner)
    began = time.monotonic()
    report(f"Starting LocalStack on port {port}")
    process = _spawn(variables)
    try:
        record = _record(process, port, iam, owner)
        run_state.save(record)
        _wait_until_healthy(process, record.endpoint, timeout_s)
    except BaseException:  # also Ctrl-C: nothing is left behind
        process_tree.end(process)
        _clean_up()
        raise
    return _emulator(record, ready_s=time.monotonic() - began)


def _spawn(variables: dict[str, str]) -> psutil.Popen:
    environment.make_folders()
    log_files.rotate(log_path())
    with log_path().open("wb") as log:
        return psutil.Popen(
            [sys.executable, *run_state.PROGRAM],
            cwd=environment.state_folder(),
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _record(process: psutil.Popen, port: int, iam: bool, owner: int | None) -> Record:
    return Record(
        pid=process.pid,
        created=process.create_time(),
        port=port,
        endpoint=endpoints.of_port(port),
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        iam=iam,
        services=service_selection.listed(service_selection.requested()),
        owner=owner or 0,
    )


def _wait_until_healthy(process: psutil.Popen, endpoint: str, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_healthy(endpoint):
        if process.poll() is not None:
            raise HostError(
                f"LocalStack ended while starting, with exit code {process.returncode}."
                f" The end of its log:\n{log_files.tail(log_path())}",
                f"The whole log: {log_path()}",
            )
        if time.monotonic() > deadline:
            raise HostError(
                f"LocalStack did not answer within {timeout_s:.0f} s. The end of its log:"
                f"\n{log_files.tail(log_path())}",
                f"The whole log: {log_path()}. Is the machine very busy? Try again: {START}",
            )
        time.sleep(POLL_S)


def _clean_up() -> None:
    """Removes the record and LocalStack's files, which a restart would not use."""
    run_state.clear()
    shutil.rmtree(environment.state_folder(), ignore_errors=True)

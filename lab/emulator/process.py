"""Starting and stopping the emulator: as a process of this machine, or in a container."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import TypedDict

import httpx

from lab.core import clients, emulator_program, endpoints, paths, ports, run_state, watchdog
from lab.core.errors import LabError
from lab.core.progress import Progress, ignore
from lab.core.run_state import Record
from lab.emulator import container, saved_state
from lab.emulator.saved_state import Loaded

ANSWER_S = 2.0
ANSWER_TIMEOUT_S = 10.0
POLL_S = 0.05
SERVICES_VARIABLE = "LAB_SERVICES"
STATE_VARIABLE = "LAB_STATE"


@dataclass(frozen=True)
class Emulator:
    """A running emulator; `already_running` if this call did not start it. Times in seconds.

    In a container, `container` is its id and `pid` is 0. `state` is what the start did with the
    saved state; None in a container, or if it was running already.
    """

    pid: int
    port: int
    endpoint: str
    already_running: bool
    ready_s: float
    container: str = ""
    state: Loaded | None = None

    @property
    def name(self) -> str:
        """What Docker or the operating system calls it."""
        return run_state.name(self.pid, self.container)


class NotSaved(TypedDict):
    """Since when an emulator's state cannot be saved (RFC 3339), and why."""

    since: str
    why: str


@dataclass(frozen=True)
class EmulatorStatus:
    """The state of the emulator. If it is not running, only `log` is known.

    `iam` is whether it enforces permissions.
    `memory_mb` counts the emulator and every process that it started, in MB of 10^6 bytes; of a
    container it is not known, and neither is `pid`. `not_saved` says since when its state cannot
    be saved, and why; None if it can be, or in a container.
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
    container: str = ""
    not_saved: NotSaved | None = None

    @property
    def name(self) -> str:
        """What Docker or the operating system calls it."""
        return run_state.name(self.pid or 0, self.container)


def start(
    port: int | None = None,
    on_progress: Progress | None = None,
    iam: bool = True,
    docker: bool = False,
    owner: int | None = None,
    fresh: bool = False,
    state: Path | None = None,
) -> Emulator:
    """Starts the emulator on `port` (by default LAB_PORT, else 4566); returns when it answers.

    It has the state of when it stopped, none if it is to start `fresh`, or that of the folder
    `state`. With `iam` it enforces permissions. It ends when the process `owner` ends, if one is
    given. If it is already running, the result says so. Raises LabError if it cannot be started,
    or runs with other settings.
    """
    requested = port or endpoints.wanted_port()
    running = _container()
    if running is not None:
        return _already_running(running, requested, iam)
    watchdog.space("the emulator")
    if docker and not status().running:
        return _start_container(requested, on_progress or ignore, iam)
    arguments = [*(["--port", str(requested)] if requested else []), *([] if iam else ["--no-iam"])]
    arguments += ["--owner", str(owner)] if owner else []
    arguments += ["--fresh"] if fresh else []
    arguments += ["--state", str(state)] if state else []
    started = emulator_program.run("start", *arguments, on_progress=on_progress)
    return Emulator(**started | {"state": saved_state.loaded(started.get("state"))})


@dataclass(frozen=True)
class Stopped:
    """Whether an emulator was running, and by which command it starts with its state again.

    If its state was not saved, `not_saved` says why. `lost` is whether that was a failure: it was
    not if the emulator keeps no state.
    """

    stopped: bool
    not_saved: str | None = None
    again: str = "lab up"
    lost: bool = False

    def __bool__(self) -> bool:
        return self.stopped


def stop() -> Stopped:
    """Saves the emulator's state, and ends it and every process that it started.

    The result is false if none was running.
    """
    running = _container()
    if running is None:
        done = Stopped(**emulator_program.run("stop"))
        off = os.environ.get(STATE_VARIABLE, "").strip().lower() == "off"
        if done and off:
            return replace(done, not_saved=f"{STATE_VARIABLE} is off.")
        return replace(done, lost=bool(done.not_saved))
    container.stop(running.container)
    run_state.clear()
    return Stopped(True, again="lab up --docker")


def status() -> EmulatorStatus:
    """The state of the emulator of this lab's home."""
    running = _container()
    if running is None:
        known = emulator_program.run("status")
        return EmulatorStatus(**known | {"log": Path(known["log"])})
    return EmulatorStatus(
        running=True,
        healthy=is_healthy(running.endpoint),
        log=container_log(),
        port=running.port,
        endpoint=running.endpoint,
        iam=running.iam,
        started_at=running.started_at,
        container=running.container,
    )


def is_healthy(endpoint: str) -> bool:
    """Whether an emulator answers at this URL. Asks directly, whatever proxy is configured."""
    try:
        with clients.http(endpoint, timeout=ANSWER_S) as client:
            return client.get("/_localstack/health").status_code == HTTPStatus.OK
    except httpx.HTTPError:
        return False


def log_path() -> Path:
    """Where the emulator writes its log."""
    return paths.home() / "emulator.log"


def container_log() -> Path:
    """Where Docker Compose writes what it does."""
    return paths.home() / "docker-compose.log"


def _container() -> Record | None:
    """The record of a container that runs."""
    record = run_state.load()
    return record if record and record.container and record.runs() else None


def _already_running(record: Record, requested: int | None, iam: bool) -> Emulator:
    if requested not in (None, record.port):
        raise LabError(
            f"The emulator is already running on port {record.port}, not on {requested}.",
            f"Use it as it is, or stop it first: lab down && lab up --port {requested}",
        )
    if not iam and record.iam:
        raise LabError(
            "The emulator is already running, and enforces permissions.",
            "Stop it first: lab down && lab up --no-iam",
        )
    offered = named_services(record.services)
    if missing := sorted(requested_services() - offered):
        services = ",".join(sorted(requested_services() | offered))
        raise LabError(
            f"The emulator is already running, without {', '.join(missing)}.",
            f"Stop it first: lab down && {SERVICES_VARIABLE}={services} lab up",
        )
    if not _answers_within(record.endpoint, ANSWER_TIMEOUT_S):
        raise LabError(
            f"The emulator is running ({record.name}) and does not answer at {record.endpoint}.",
            f"Start it anew: lab down && lab up. Its log: {container_log()}",
        )
    return _emulator(record, already_running=True)


def requested_services() -> frozenset[str]:
    """The services that are asked for besides the default ones."""
    return named_services(os.environ.get(SERVICES_VARIABLE, ""))


def named_services(text: str) -> frozenset[str]:
    """The services in the format of the variable."""
    return frozenset(text.replace(",", " ").lower().split())


def _emulator(record: Record, *, already_running: bool = False, ready_s: float = 0.0) -> Emulator:
    return Emulator(
        pid=record.pid,
        port=record.port,
        endpoint=record.endpoint,
        already_running=already_running,
        ready_s=ready_s,
        container=record.container,
    )


def _start_container(port: int | None, on_progress: Progress, iam: bool) -> Emulator:
    container.require()
    emulator_program.run("stop")  # clears away what an emulator that was killed has left
    lab = container.Lab(port, container_log(), iam)
    if port and not lab.is_running() and not ports.is_free(port):
        raise LabError(
            f"Port {port} is taken by {ports.holder(port)}.",
            f"End that process, or choose another port: lab up --port {ports.any_free()}",
        )
    began = time.monotonic()
    started = lab.start(on_progress)
    record = Record(
        pid=0,
        created=0.0,
        port=started.port,
        endpoint=endpoints.of_port(started.port),
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        iam=iam,
        container=started.container,
        services=" ".join(sorted(requested_services())),
    )
    run_state.save(record)
    return _emulator(record, ready_s=time.monotonic() - began)


def _answers_within(endpoint: str, timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while not (answers := is_healthy(endpoint)) and time.monotonic() < deadline:
        time.sleep(POLL_S)
    return answers

"""Starting and stopping LocalStack, as a process of this machine or in a container."""

from __future__ import annotations

import fcntl
import http.client
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from lab.core import endpoints, paths, run_state, watchdog
from lab.core.errors import LabError
from lab.core.run_state import Record
from lab.emulator import container, environment, log_files, ports, process_tree, services
from lab.emulator.dynamodb import engine

READY_TIMEOUT_S = 60.0
PORT_GRACE_S = 1.0
ANSWER_TIMEOUT_S = 10.0
POLL_S = 0.05
LOG_TAIL_LINES = 20

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Emulator:
    """A running emulator; `already_running` if this call did not start it. Times in seconds.

    In a container, `container` is its id and `pid` is 0.
    """

    pid: int
    port: int
    endpoint: str
    dynamodb: str
    already_running: bool
    ready_s: float
    container: str = ""

    @property
    def name(self) -> str:
        """What Docker or the operating system calls it."""
        return run_state.name(self.pid, self.container)


@dataclass(frozen=True)
class EmulatorStatus:
    """How the emulator does. Where it is not running, only `log` says something.

    `iam` is whether it enforces permissions.
    `memory_mb` counts the emulator and every process that it started, in MB of 10^6 bytes; of a
    container it is not known, and neither is `pid`.
    """

    running: bool
    healthy: bool
    log: Path
    pid: int | None = None
    port: int | None = None
    endpoint: str | None = None
    dynamodb: str | None = None
    iam: bool | None = None
    started_at: str | None = None
    memory_mb: float | None = None
    container: str = ""

    @property
    def name(self) -> str:
        """What Docker or the operating system calls it."""
        return run_state.name(self.pid or 0, self.container)


def start(
    port: int | None = None,
    timeout_s: float = READY_TIMEOUT_S,
    on_progress: Progress | None = None,
    iam: bool = True,
    docker: bool = False,
) -> Emulator:
    """Starts the emulator on `port` (if None, on LAB_PORT or 4566) and returns when it answers.

    With `iam` it enforces permissions. Where it is running already, says so in the result. Raises
    LabError if the port is taken, if it runs otherwise than wanted, if LAB_SERVICES asks for what
    there is not, if the disk has no space for it, if it ends while starting, or if it does not
    answer in `timeout_s` seconds; nothing is left running then.
    """
    tell = on_progress or (lambda _message: None)
    wanted = port or endpoints.wanted_port()
    services.wanted()  # a name that is wrong is said before anything is done
    with _alone():
        running = _running()
        if running is not None:
            return _already_running(running, wanted, iam)
        watchdog.space("the emulator")
        _clean_up()
        if docker:
            return _start_container(wanted, tell, iam)
        return _start(wanted or endpoints.DEFAULT_PORT, timeout_s, tell, iam)


def stop() -> bool:
    """Ends the emulator and every process that it started; False if none was running."""
    with _alone():
        running = _running()
        if running is not None:
            _end(running)
        _clean_up()
        return running is not None


def status() -> EmulatorStatus:
    """What is known about the emulator of this lab's home."""
    found = _running()
    if found is None:
        return EmulatorStatus(running=False, healthy=False, log=log_path())
    process = found.process()
    return EmulatorStatus(
        running=True,
        healthy=is_healthy(found.endpoint),
        log=log_path(),
        pid=process.pid if process else None,
        port=found.port,
        endpoint=found.endpoint,
        dynamodb=found.dynamodb,
        iam=found.iam,
        started_at=found.started_at,
        memory_mb=process_tree.memory_mb(process) if process else None,
        container=found.container,
    )


def is_healthy(endpoint: str) -> bool:
    """Whether an emulator answers at this URL. Asks directly, whatever proxy is configured."""
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=2)
    try:
        connection.request("GET", "/_localstack/health")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def log_path() -> Path:
    """Where the emulator writes its log."""
    return paths.home() / "emulator.log"


@contextmanager
def _alone() -> Iterator[None]:
    """Two commands at the same time wait for each other."""
    with (paths.home() / "emulator.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _running() -> Record | None:
    found = run_state.load()
    return found if found and found.runs() else run_state.restored()


def _end(found: Record) -> None:
    if found.container:
        container.stop(found.container)
    elif process := found.process():
        process_tree.end(process)


def _already_running(found: Record, wanted: int | None, iam: bool) -> Emulator:
    if wanted not in (None, found.port):
        raise LabError(
            f"The emulator is already running on port {found.port}, not on {wanted}.",
            f"Use it as it is, or stop it first: lab down && lab up --port {wanted}",
        )
    if not iam and found.iam:
        raise LabError(
            "The emulator is already running, and enforces permissions.",
            "Stop it first: lab down && lab up --no-iam",
        )
    _require_offered(found)
    if not _answers_within(found.endpoint, ANSWER_TIMEOUT_S):
        raise LabError(
            f"The emulator is running ({_emulator(found).name}) and does not answer at"
            f" {found.endpoint}.",
            f"Start it anew: lab down && lab up. Its log: {log_path()}",
        )
    return _emulator(found, already_running=True)


def _require_offered(found: Record) -> None:
    offered = found.services.split(",") if found.services else []
    missing = services.wanted().difference(offered)
    if missing:
        wanted = services.listed({*offered, *missing})
        raise LabError(
            f"The emulator is already running, without {services.listed(missing)}.",
            f"Stop it first: lab down && {services.VARIABLE}={wanted} lab up",
        )


def _emulator(found: Record, *, already_running: bool = False, ready_s: float = 0.0) -> Emulator:
    return Emulator(
        pid=found.pid,
        port=found.port,
        endpoint=found.endpoint,
        dynamodb=found.dynamodb,
        already_running=already_running,
        ready_s=ready_s,
        container=found.container,
    )


def _start_container(port: int | None, tell: Progress, iam: bool) -> Emulator:
    container.require()
    log_files.keep(log_path())
    wanted = container.Lab(port, log_path(), iam)
    if port and not wanted.is_running():
        _require_free(port)
    began = time.monotonic()
    started = wanted.start(tell)
    found = _record(started.port, engine.MOTO, iam, container=started.container)
    run_state.save(found)
    return _emulator(found, ready_s=time.monotonic() - began)


def _answers_within(endpoint: str, timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while not (answers := is_healthy(endpoint)) and time.monotonic() < deadline:
        time.sleep(POLL_S)
    return answers


def _start(port: int, timeout_s: float, tell: Progress, iam: bool) -> Emulator:
    _require_free(port)
    chosen = engine.choose()
    began = time.monotonic()
    tell(f"Starting LocalStack on port {port}, DynamoDB by {chosen.name}")
    process = _spawn(port, chosen, iam)
    try:
        started = _remember(process, port, chosen, iam)
        _wait_until_healthy(process, started.endpoint, timeout_s)
    except BaseException:  # also Ctrl-C: nothing is left behind
        process_tree.end(process)
        _clean_up()
        raise
    return _emulator(started, ready_s=time.monotonic() - began)


def _require_free(port: int) -> None:
    try:
        if _becomes_free(port):
            return
    except OSError as error:
        raise LabError(
            f"Port {port} cannot be used: {error.strerror}.", "Choose another: lab up --port 4666"
        ) from error
    raise LabError(
        f"Port {port} is taken by {ports.holder(port)}.",
        f"End that process, or choose another port: lab up --port {ports.any_free()}",
    )


def _becomes_free(port: int) -> bool:
    """An emulator that was killed a moment ago may hold its port for a moment longer."""
    deadline = time.monotonic() + PORT_GRACE_S
    while not (free := ports.is_free(port)) and time.monotonic() < deadline:
        time.sleep(POLL_S)
    return free


def _spawn(port: int, chosen: engine.Engine, iam: bool) -> psutil.Popen:
    environment.make_folders()
    log_files.keep(log_path())
    with log_path().open("wb") as log:
        return psutil.Popen(
            [sys.executable, *environment.PROGRAM],
            cwd=environment.state_folder(),
            env=environment.variables(port, chosen, iam),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _remember(process: psutil.Popen, port: int, chosen: engine.Engine, iam: bool) -> Record:
    started = _record(port, chosen.name, iam, process.pid, process.create_time())
    run_state.save(started)
    return started


def _record(
    port: int, dynamodb: str, iam: bool, pid: int = 0, created: float = 0.0, container: str = ""
) -> Record:
    return Record(
        pid=pid,
        created=created,
        port=port,
        endpoint=endpoints.of_port(port),
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        dynamodb=dynamodb,
        iam=iam,
        container=container,
        services=services.listed(services.wanted()),
    )


def _wait_until_healthy(process: psutil.Popen, endpoint: str, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_healthy(endpoint):
        if process.poll() is not None:
            raise LabError(
                f"LocalStack ended while starting, with exit code {process.returncode}."
                f" The end of its log:\n{log_tail()}",
                f"The whole log: {log_path()}",
            )
        if time.monotonic() > deadline:
            raise LabError(
                f"LocalStack did not answer within {timeout_s:.0f} s. The end of its log:"
                f"\n{log_tail()}",
                f"The whole log: {log_path()}. Is the machine very busy? Try again: lab up",
            )
        time.sleep(POLL_S)


def log_tail(lines: int = LOG_TAIL_LINES) -> str:
    """The last lines of the emulator's log."""
    try:
        return "\n".join(log_path().read_text(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return "(there is no log)"


def _clean_up() -> None:
    """LocalStack keeps nothing across a restart, so its files are of no use after its end."""
    run_state.clear()
    shutil.rmtree(environment.state_folder(), ignore_errors=True)

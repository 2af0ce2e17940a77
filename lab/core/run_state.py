"""The record of the running emulator: `emulator.json` in the lab's home.

The emulator's program writes it; of an emulator in a container, the lab does.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import psutil

from lab.core import child_processes, emulator_program, endpoints, paths
from lab.core.errors import LabError

DOCKER_TIMEOUT_S = 20.0


@dataclass(frozen=True)
class Record:
    """A started emulator.

    `created` is the process's own start time in epoch seconds: together with `pid` it names a
    process even after the number has been given to another one. `started_at` is RFC 3339 UTC.
    With `iam` it enforces permissions. `services` are those that it offers because LAB_SERVICES
    asked for them, as the variable has them. `stopping` is whether `lab down` is stopping it.
    Where the emulator runs in a container, that is its id, and there is no process to name.
    """

    pid: int
    created: float
    port: int
    endpoint: str
    started_at: str
    iam: bool = True
    container: str = ""
    services: str = ""
    stopping: bool = False

    @property
    def name(self) -> str:
        """What Docker or the operating system calls it."""
        return name(self.pid, self.container)

    def runs(self) -> bool:
        """Whether the emulator has not ended."""
        if self.container:
            return container_runs(self.container)
        return self.process() is not None

    def process(self) -> psutil.Process | None:
        """The recorded process, or None if it has ended (also if its number is in use again)."""
        return running(self.pid, self.created)


def running(pid: int, created: float) -> psutil.Process | None:
    """The process of this number that started then, or None if it has ended."""
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - created) < 1
        return process if same and is_alive(process) else None
    except psutil.NoSuchProcess:
        return None


def container_runs(container: str) -> bool:
    """Whether the container of this id runs. No, where Docker does not answer."""
    asked = ["docker", "inspect", "--format", "{{.State.Running}}", container]
    said = child_processes.output(asked, child_processes.as_the_user_has_it(), DOCKER_TIMEOUT_S)
    return said.strip() == "true"


def name(pid: int, container: str = "") -> str:
    """What the operating system, or Docker, calls an emulator."""
    return f"container {container[:12]}" if container else f"pid {pid}"


def is_alive(process: psutil.Process) -> bool:
    """Whether it runs; one that has ended and was not waited for by its parent does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def path() -> Path:
    """Where the record is kept."""
    return paths.home_path() / "emulator.json"


def load() -> Record | None:
    """The record as last written, or None if there is none that can be read."""
    known = {one.name: one for one in fields(Record)}
    said = {name: value for name, value in paths.stored_object(path()).items() if name in known}
    right = all(_is(value, known[name].type) for name, value in said.items())
    try:
        return Record(**said) if right else None
    except TypeError:
        return None


def endpoint() -> str:
    """The endpoint that `lab up` wrote down, or that of the emulator that runs; else the default.

    What was written down may have been lost or damaged since.
    """
    kept = paths.stored_object(path()).get("endpoint")
    if isinstance(kept, str):
        with suppress(LabError):
            return endpoints.normal(kept)
    status = emulator_program.run("status")
    return status["endpoint"] or endpoints.default()


def _is(value: object, kind: object) -> bool:
    """Whether a value of the file has the type that its field is declared with."""
    if kind == "float":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value).__name__ == kind


def save(record: Record) -> None:
    """Writes the record so that a reader sees the old one or the new one, never a half."""
    draft = paths.home() / "emulator.tmp"
    draft.write_text(json.dumps(asdict(record), indent=2) + "\n")
    _remove_folder()
    draft.replace(path())


def clear() -> None:
    """Forgets the emulator."""
    _remove_folder()
    path().unlink(missing_ok=True)


def _remove_folder() -> None:
    """Docker makes a folder of a file that it shall mount and that is not there."""
    if path().is_dir():
        path().rmdir()

"""The record of a running emulator: `emulator.json` in its home. Other programs may read it.

`{"pid", "created", "port", "endpoint", "started_at", "iam", "services", "owner"}`.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

import psutil

from localstack_host.host import endpoints, paths
from localstack_host.host.wrapper import variable

PROGRAM = ("-m", "localstack.runtime.main")
"""The arguments of the interpreter that runs an emulator."""


@dataclass(frozen=True)
class Record:
    """A started emulator.

    `created` is the start time of the process in epoch seconds: with `pid` it identifies a process
    even after the number has been reused. `started_at` is RFC 3339 UTC. With `iam` it enforces
    permissions. `services` are those that were requested in addition, separated by commas. `owner`
    is the process with which it ends, or 0. `stopping` is whether it is being stopped.
    """

    pid: int
    created: float
    port: int
    endpoint: str
    started_at: str
    iam: bool = True
    services: str = ""
    owner: int = 0
    stopping: bool = False

    @property
    def name(self) -> str:
        """The name of the emulator in messages."""
        return f"pid {self.pid}"

    def process(self) -> psutil.Process | None:
        """The process; None if it has ended, even if its number has been reused."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < 1
            return process if same and is_alive(process) else None
        except psutil.NoSuchProcess:
            return None


def is_alive(process: psutil.Process) -> bool:
    """Whether the process runs. A zombie, which has ended but was not waited for, does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def path() -> Path:
    """The path of the record."""
    return paths.home_path() / "emulator.json"


def running() -> Record | None:
    """The record of the emulator that runs in this home; None if none runs."""
    record = load()
    return record if record and record.process() else restored()


def load() -> Record | None:
    """The stored record; None if it is missing or invalid."""
    record_fields = {field.name: field for field in fields(Record)}
    stored = {
        name: value for name, value in paths.stored_object(path()).items() if name in record_fields
    }
    valid = all(_has_type(value, record_fields[name].type) for name, value in stored.items())
    try:
        return Record(**stored) if valid else None
    except TypeError:
        return None


def restored() -> Record | None:
    """The record of an emulator of this home that runs without a valid record; None if none does.

    It is rebuilt from the environment of the process, and stored.
    """
    candidates = [
        (process, environment)
        for process in psutil.process_iter()
        if (environment := _environment_of(process))
    ]
    for process, environment in sorted(candidates, key=lambda one: one[0].create_time()):
        record = _rebuilt(process, environment)
        with suppress(OSError):  # on a full or read-only disk the record is still returned
            save(record)
        return record
    return None


def _environment_of(process: psutil.Process) -> dict[str, str]:
    """The environment of a process that is an emulator of this home; empty for any other."""
    try:
        if tuple(process.cmdline()[1:]) != PROGRAM or not is_alive(process):
            return {}
        environment = process.environ()
    except (psutil.Error, OSError):  # it has ended, or belongs to another user
        return {}
    home = environment.get(paths.HOME_VARIABLE, "")
    same = home and Path(home).resolve() == paths.home_path().resolve()
    return dict(environment) if same else {}


def _rebuilt(process: psutil.Process, environment: dict[str, str]) -> Record:
    port = int(environment["GATEWAY_LISTEN"].rpartition(":")[2])
    created = process.create_time()
    return Record(
        pid=process.pid,
        created=created,
        port=port,
        endpoint=endpoints.of_port(port),
        started_at=datetime.fromtimestamp(created, UTC).isoformat(timespec="seconds"),
        iam=environment[variable("IAM")] == "enforced",
        services=environment.get(variable("SERVICES"), ""),
        owner=int(environment.get(variable("OWNER"), "0")),
    )


def _has_type(value: object, kind: object) -> bool:
    """Whether a stored value has the type of its field."""
    if kind == "float":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value).__name__ == kind


def save(record: Record) -> None:
    """Stores the record. A reader sees the previous one or the new one, never a part."""
    draft = paths.home() / "emulator.tmp"
    draft.write_text(json.dumps(asdict(record), indent=2) + "\n")
    _remove_folder()
    draft.replace(path())


def clear() -> None:
    """Removes the record."""
    _remove_folder()
    path().unlink(missing_ok=True)


def _remove_folder() -> None:
    """Removes the folder that Docker creates to mount a file that does not exist."""
    if path().is_dir():
        path().rmdir()

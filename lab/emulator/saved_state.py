"""Saved states of the emulator: written by its program, and kept in folders of the lab."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from lab.core import emulator_program, paths, run_state, watchdog
from lab.core.errors import LabError
from lab.core.progress import Progress
from lab.core.run_state import Record

ABOUT = "about.json"


@dataclass(frozen=True)
class Loaded:
    """What a start did with the saved state: if it was refused, `refused` says why."""

    restored: bool
    saved_at: str | None = None
    refused: str | None = None


class NotLoaded(LabError):
    """The emulator runs, but could not load the state, and is empty."""


@dataclass(frozen=True)
class About:
    """A saved state: when it was saved, by which versions, and its services. `size` in bytes."""

    saved_at: str
    localstack: str
    moto: str
    python: str
    services: tuple[str, ...]
    size: int

    @classmethod
    def read(cls, folder: Path) -> About:
        """Reads the description of the state in a folder. Raises LabError if there is none."""
        content = paths.stored_object(folder / ABOUT)
        known = {one.name: content.get(one.name) for one in fields(cls)}
        if missing := [name for name, value in known.items() if value is None]:
            raise LabError(
                f"{folder} holds no saved state: its {ABOUT} is missing, or lacks {missing[0]}.",
                "An interrupted copy may have left it so. Remove the folder.",
            )
        known |= {"services": tuple(known["services"] or ()), "size": bytes_of(folder)}
        return cls(**known)  # type: ignore[arg-type] # JSON


def bytes_of(folder: Path) -> int:
    """The size of a folder's files."""
    return sum(file.lstat().st_size for file in folder.rglob("*") if file.is_file())


def save(folder: Path) -> None:
    """Saves the emulator's state to a new folder; nothing stays after a failure.

    Raises LabError, also if the emulator does not run and never had a state, or OSError.
    """
    _undone_if_it_fails(folder, "save", str(folder))


def restore(folder: Path, on_progress: Progress) -> str:
    """Restarts the emulator with the state of a folder, at the same port, or starts it.

    Returns its endpoint. Raises LabError, also for a state of other versions or a damaged one; an
    emulator that runs goes on then. Raises NotLoaded if it shows only afterwards that the state
    cannot be loaded.
    """
    words = ["restore", str(folder)] if own_process() else ["start", "--state", str(folder)]
    watchdog.no_emulator()  # it ends, and begins again
    started = emulator_program.run(*words, on_progress=on_progress)
    endpoint = str(started["endpoint"])
    watchdog.emulator(endpoint)
    state = loaded(started.get("state"))
    if state and (state.refused or not state.restored):
        raise NotLoaded(state.refused or f"The emulator has not loaded the state of {folder}.")
    return endpoint


def export(folder: Path, file: Path) -> None:
    """Writes the state of a folder to a `.tar.gz` of JSON and files, which runs no code."""
    emulator_program.run("export", str(folder), str(file))


def import_file(file: Path, folder: Path) -> None:
    """Makes a new folder of such a file. Raises LabError for one that cannot be used."""
    _undone_if_it_fails(folder, "import", str(file), str(folder))


def loaded(result: Any) -> Loaded | None:
    """What the program reports about the state when it starts."""
    if not isinstance(result, dict):
        return None
    return Loaded(bool(result.get("restored")), result.get("saved_at"), result.get("refused"))


def was_ever_saved() -> bool:
    """Whether an emulator of this lab's home has saved its state, or tried to."""
    return (paths.home_path() / "state").exists()


def own_process() -> Record | None:
    """The emulator of this lab's home, if it runs as a process, whose state can be handled."""
    record = run_state.load()
    return record if record and not record.container and record.runs() else None


def _undone_if_it_fails(folder: Path, *arguments: str) -> None:
    try:
        emulator_program.run(*arguments)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise

"""Saves, loads, exports and imports snapshots."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.core import paths, run_state, watchdog
from lab.core.errors import LabError
from lab.core.progress import Progress, ignore
from lab.core.target import Target
from lab.deploy.account.settings import environments
from lab.deploy.terraform.state import State
from lab.deploy.terraform.workspace import Workspace
from lab.emulator import saved_state
from lab.operate.snapshots.library import STATE, Library, Snapshot, require_name

BEFORE_LOAD = "before-load"
"""The name under which `load` keeps what it replaces."""

FILE_SUFFIXES = (".tar.gz", ".tgz")


@dataclass(frozen=True)
class LoadResult:
    """What was loaded, where, and the snapshot that has what was there before, if there is one."""

    name: str
    saved_at: str
    endpoint: str
    kept_as: str


def save(name: str, replace: bool = False, on_progress: Progress = ignore) -> Snapshot:
    """Makes a snapshot of the emulator, or of what it had when it stopped. Raises LabError.

    With `replace` it takes the place of one that has the name, once it is complete.
    """
    library = Library.of_home()
    _require_own_name(name)
    with library.locked(), _no_deploy():
        if not replace:
            library.require_free(name)
        watchdog.space("a snapshot")
        on_progress("saving the emulator's state")
        return library.put(_draft(library, name), name)


def load(name: str, on_progress: Progress = ignore) -> LoadResult:
    """Restarts the emulator with a snapshot, or starts it. Raises LabError.

    Keeps what was there as the snapshot BEFORE_LOAD; nothing, if there was nothing.
    """
    library = Library.of_home()
    snapshot = library.find(name)
    with library.locked(), _no_deploy():
        watchdog.space("a snapshot of what is there")
        on_progress(f"saving what is there as {BEFORE_LOAD}")
        draft = _draft_if_there_is_something(library)
        try:
            on_progress(f"starting the emulator with {name}")
            endpoint = saved_state.restore(snapshot.state, on_progress)
        except saved_state.NotLoaded as refused:
            raise _undone(refused, draft, on_progress) from refused
        except BaseException:
            if name == BEFORE_LOAD:  # it is needed to try again
                shutil.rmtree(draft or "", ignore_errors=True)
            elif draft:  # the emulator may have stopped, and what was there be nowhere else
                library.put(draft, BEFORE_LOAD)
            raise
        for one in environments():
            Workspace(one).unfinished.unlink(missing_ok=True)
        if draft:
            library.put(draft, BEFORE_LOAD)
    return LoadResult(name, snapshot.about.saved_at, endpoint, BEFORE_LOAD if draft else "")


def _undone(refused: LabError, draft: Path | None, on_progress: Progress) -> LabError:
    """Puts what was there back into an emulator that has not loaded a snapshot."""
    if draft is None:
        return LabError(refused.message, "The emulator is empty, as it was.")
    on_progress("starting the emulator with what was there")
    saved_state.restore(draft / STATE, on_progress)
    shutil.rmtree(draft)
    return LabError(refused.message, "The emulator has what was there before.")


def _draft_if_there_is_something(library: Library) -> Path | None:
    """Of an emulator that does not run and has no state there is nothing to keep."""
    try:
        return _draft(library, BEFORE_LOAD)
    except LabError:
        if saved_state.own_process():
            raise
        return None


def export(name: str, file: Path) -> Snapshot:
    """Writes a snapshot to a file that another lab can import."""
    snapshot = Library.of_home().find(name)
    draft = file.with_name(f".{file.name}.draft")
    try:
        saved_state.export(snapshot.state, draft.absolute())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return snapshot


def import_file(file: Path, name: str = "", replace: bool = False) -> Snapshot:
    """Makes a snapshot of an exported file, by default with the file's name."""
    library = Library.of_home()
    name = name or _stem(file)
    _require_own_name(name)
    with library.locked():
        if not replace:
            library.require_free(name)
        draft = library.draft(
            name,
            lambda folder: saved_state.import_file(file.absolute(), folder),
            {"imported_from": file.name},
        )
        return library.put(draft, name)


def _draft(library: Library, name: str) -> Path:
    emulator = saved_state.own_process()
    record = {"environments": _deployed(emulator.endpoint)} if emulator else {}
    return library.draft(name, saved_state.save, record)


def _deployed(endpoint: str) -> dict[str, int]:
    """The number of resources in Terraform's state, by environment."""
    folders = (file.parent for file in paths.TERRAFORM.glob("environments/*/backend.tf"))
    names = sorted(folder.name for folder in folders)
    counts = {name: State.of(Target(name, endpoint)).count() for name in names}
    return {name: count for name, count in counts.items() if count}


@contextmanager
def _no_deploy() -> Iterator[None]:
    """Keeps deploys out: the lock of one that runs would be saved, or its emulator be replaced."""
    record = run_state.load()
    if record and record.container and record.runs():
        raise LabError(
            f"The emulator runs in a container ({record.name}), which keeps its state itself.",
            "Snapshots are of an emulator that is a process: lab down && lab up --host",
        )
    with Workspace("dev").alone():
        yield


def _require_own_name(name: str) -> None:
    require_name(name)
    if name == BEFORE_LOAD:
        raise LabError(
            f"{BEFORE_LOAD!r} is the name under which `lab load` keeps what it replaces.",
            "Choose another name.",
            2,
        )


def _stem(file: Path) -> str:
    suffix = next((one for one in FILE_SUFFIXES if file.name.endswith(one)), "")
    return file.name.removesuffix(suffix)

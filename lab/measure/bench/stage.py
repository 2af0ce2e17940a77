"""An emulator and a source folder for the bench, both removed afterwards."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.core import file_permissions, paths, ports, watchdog
from lab.core.progress import Progress
from lab.core.target import Target
from lab.emulator import process


@contextmanager
def own_emulator(name: str, on_progress: Progress) -> Iterator[tuple[Target, process.Emulator]]:
    """Runs a new emulator on a free port, with its own LAB_HOME below the lab's.

    Sets LAB_HOME until the end. First removes what a killed bench has left there.
    """
    home = paths.home() / f"bench-{name}"
    _saved_log(home).unlink(missing_ok=True)
    with _lab_home(home):
        process.stop()
        try:
            emulator = process.start(ports.any_free(), on_progress, owner=os.getpid(), fresh=True)
            watchdog.emulator(emulator.endpoint)
            yield Target("dev", emulator.endpoint), emulator
        except (Exception, watchdog.Ended):
            if not process.stop() and _log(home).is_file():
                _log(home).replace(_saved_log(home))  # It ended by itself; the log says why.
            raise
        finally:
            watchdog.no_emulator()
            process.stop()


@contextmanager
def _lab_home(folder: Path) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in ("LAB_HOME", "AWS_ENDPOINT_URL")}
    os.environ["LAB_HOME"] = str(folder)
    os.environ.pop("AWS_ENDPOINT_URL", None)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        shutil.rmtree(folder, ignore_errors=True)
        if _saved_log(folder).is_file():
            folder.mkdir()
            _saved_log(folder).replace(_log(folder))


def _log(home: Path) -> Path:
    return home / "emulator.log"


def _saved_log(home: Path) -> Path:
    """Where the log of an emulator that ended by itself is kept while its folder is removed."""
    return home.with_name(f"{home.name}.log")


@contextmanager
def changed_functions() -> Iterator[Path]:
    """A copy of functions/ with one new line, to measure a deployment after an edit."""
    folder = paths.home() / "changed-functions"
    file_permissions.copy_tree(paths.FUNCTIONS, folder, "__pycache__")
    with (folder / "checkout" / "task_runner.py").open("a") as file:
        file.write("\n# Changed by the bench.\n")
    try:
        yield folder
    finally:
        shutil.rmtree(folder)

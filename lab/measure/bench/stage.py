"""An emulator and a folder of the bench's own, which are gone afterwards."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.core import file_permissions, paths, ports, watchdog
from lab.core.target import Target
from lab.emulator import process

Say = Callable[[str], None]


@contextmanager
def own_emulator(name: str, say: Say) -> Iterator[tuple[Target, process.Emulator]]:
    """A fresh emulator on a free port, with a home of its own below the lab's.

    Until the end, every part of the lab that asks for its home gets that one. What a bench that
    was killed has left there is cleared away first.
    """
    home = paths.home() / f"bench-{name}"
    _aside(home).unlink(missing_ok=True)
    with _home(home):
        process.stop()
        try:
            emulator = process.start(ports.any_free(), say, owner=os.getpid())
            watchdog.emulator(emulator.endpoint)
            yield Target("dev", emulator.endpoint), emulator
        except (Exception, watchdog.Ended):
            if not process.stop() and _log(home).is_file():
                _log(home).replace(_aside(home))  # it ended by itself: its log says why
            raise
        finally:
            watchdog.no_emulator()
            process.stop()


@contextmanager
def _home(folder: Path) -> Iterator[None]:
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
        if _aside(folder).is_file():
            folder.mkdir()
            _aside(folder).replace(_log(folder))


def _log(home: Path) -> Path:
    return home / "emulator.log"


def _aside(home: Path) -> Path:
    """Where the log of an emulator that ended by itself is while all else of it is cleared away."""
    return home.with_name(f"{home.name}.log")


@contextmanager
def changed_functions() -> Iterator[Path]:
    """A copy of functions/ in which one line is new: what a deploy after an edit finds."""
    folder = paths.home() / "changed-functions"
    file_permissions.copy_tree(paths.FUNCTIONS, folder, "__pycache__")
    with (folder / "checkout" / "workflow.py").open("a") as file:
        file.write("\n# Changed by the bench.\n")
    try:
        yield folder
    finally:
        shutil.rmtree(folder)

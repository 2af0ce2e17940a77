"""An emulator and a folder of the bench's own, which are gone afterwards."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import guard, paths, privacy
from lab.emulator import kept_logs, ports, process
from lab.emulator.reaper import REAPER
from lab.target import Target

Say = Callable[[str], None]


@contextmanager
def own_emulator(name: str, say: Say) -> Iterator[tuple[Target, process.Emulator]]:
    """A fresh emulator on a free port, with a home of its own below the lab's.

    Until the end, every part of the lab that asks for its home gets that one. What a bench that
    was killed has left there is cleared away first.
    """
    home = paths.home() / f"bench-{name}"
    with _home(home):
        process.stop()
        emulator = process.start(ports.any_free(), on_progress=say)
        REAPER.adopt(emulator.pid)  # it ends with this process, however that ends
        guard.emulator(emulator.endpoint)
        try:
            yield Target("dev", emulator.endpoint), emulator
        finally:
            guard.no_emulator()
            if not process.stop():
                _keep_log(home)


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


def _keep_log(home: Path) -> None:
    """The log of an emulator that ended by itself stays, for whoever wonders why."""
    log, kept = home / "emulator.log", home.with_name(f"{home.name}.log")
    if log.is_file():
        kept_logs.keep(kept)
        log.replace(kept)


@contextmanager
def changed_functions() -> Iterator[Path]:
    """A copy of functions/ in which one line is new: what a deploy after an edit finds."""
    folder = paths.home() / "changed-functions"
    privacy.copy_tree(paths.FUNCTIONS, folder, "__pycache__")
    with (folder / "checkout" / "workflow.py").open("a") as file:
        file.write("\n# Changed by the bench.\n")
    try:
        yield folder
    finally:
        shutil.rmtree(folder)

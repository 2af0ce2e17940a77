"""The folder of snapshots, `snapshots/` in the lab's home.

A snapshot is a folder with its name: `state/`, written by the emulator's program, and
`snapshot.json`. It is written as `.NAME.draft` and renamed when it is complete. One that is
replaced is `.NAME.old` for that moment. What an interrupted command has left is tidied up by the
next one.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.core import paths
from lab.core.errors import LabError
from lab.emulator.saved_state import About

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
RECORD = "snapshot.json"
STATE = "state"
DRAFT, OLD = ".draft", ".old"


@dataclass(frozen=True)
class Snapshot:
    """A snapshot. `environments` is the number of resources that Terraform has in each.

    They are None if nobody could say: in an imported one, which has the name of its file as
    `imported_from`, and in one of an emulator that did not run.
    """

    name: str
    folder: Path
    about: About
    environments: Mapping[str, int] | None
    imported_from: str = ""

    @property
    def state(self) -> Path:
        """The folder of the emulator's state."""
        return self.folder / STATE

    @classmethod
    def read(cls, folder: Path) -> Snapshot:
        """Reads a snapshot. Raises LabError if it is incomplete."""
        record = paths.stored_object(folder / RECORD)
        environments = record.get("environments")
        return cls(
            folder.name,
            folder,
            About.read(folder / STATE),
            environments if isinstance(environments, dict) else None,
            str(record.get("imported_from") or ""),
        )


@dataclass(frozen=True)
class Library:
    """All snapshots of a lab."""

    root: Path

    @classmethod
    def of_home(cls) -> Library:
        """Those of this lab's home. The folder may not exist yet."""
        return cls(paths.home_path() / "snapshots")

    def names(self) -> list[str]:
        """The names of all snapshots."""
        found = self.root.iterdir() if self.root.is_dir() else ()
        return sorted(one.name for one in found if one.is_dir() and NAME.fullmatch(one.name))

    def find(self, name: str) -> Snapshot:
        """The snapshot with a name. Raises LabError if there is none, or an incomplete one."""
        self.require(name)
        return Snapshot.read(self.root / name)

    def require(self, name: str) -> None:
        """Raises LabError (code 2) for an invalid name, and LabError if there is no such snapshot.

        An incomplete one is one.
        """
        require_name(name)
        if name not in self.names():
            there = ", ".join(self.names())
            raise LabError(
                f"There is no snapshot {name!r}.",
                f"There is: {there}." if there else "There is none yet. Make one: lab save NAME",
            )

    def require_free(self, name: str) -> None:
        """Raises LabError (code 2) for an invalid name, and LabError for one that is in use."""
        require_name(name)
        same = [one for one in self.names() if one.casefold() == name.casefold()]
        if same:
            raise LabError(
                f"There is a snapshot {same[0]!r} already.",
                "Choose another name, or replace it with --replace.",
            )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the lock of the folder, and tidies up what an interrupted command has left."""
        paths.home()  # with it the umask
        self.root.mkdir(exist_ok=True)
        with (self.root / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._tidy_up()
            yield

    def draft(self, name: str, write: Callable[[Path], None], record: Mapping[str, object]) -> Path:
        """Writes a complete snapshot that is not in place yet. Leaves nothing if that fails.

        `write` makes the folder of the state. Call it within `locked`.
        """
        folder = self.root / f".{name}{DRAFT}"
        folder.mkdir()
        try:
            write(folder / STATE)
            About.read(folder / STATE)
            with (folder / RECORD).open("w") as file:
                json.dump(record, file, indent=2)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return folder

    def put(self, draft: Path, name: str) -> Snapshot:
        """Gives a draft its name, in place of a snapshot that has it. Call it within `locked`."""
        folder, old = self.root / name, self.root / f".{name}{OLD}"
        if folder.exists():
            folder.rename(old)
        draft.rename(folder)
        _sync(self.root)
        shutil.rmtree(old, ignore_errors=True)
        return Snapshot.read(folder)

    def remove(self, name: str) -> None:
        """Deletes a snapshot, also an incomplete one. Raises LabError if there is none."""
        with self.locked():
            self.require(name)
            draft = self.root / f".{name}{DRAFT}"
            (self.root / name).rename(draft)  # at once, so that half of it is never there
            shutil.rmtree(draft)

    def _tidy_up(self) -> None:
        for old in self.root.glob(f".*{OLD}"):
            name = self.root / old.name[1 : -len(OLD)]
            if not name.exists():
                old.rename(name)
        for left in (*self.root.glob(f".*{DRAFT}"), *self.root.glob(f".*{OLD}")):
            shutil.rmtree(left, ignore_errors=True)


def require_name(name: str) -> None:
    """Raises LabError (code 2) for a name that no snapshot can have."""
    if not NAME.fullmatch(name):
        raise LabError(
            f"{name!r} is no name for a snapshot.",
            "A name has up to 64 letters, digits, dots, hyphens and underscores, and begins with a"
            " letter or a digit.",
            2,
        )


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

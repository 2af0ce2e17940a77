"""The folder of the cache: an entry is a folder with the name of its key.

An entry is written as a draft and renamed, so that two checkouts can write the same one at once.
Entries are loaded as they were written, without further checks of what is in them: others must not
be able to write there. The number and the size of all entries are limited; those that were not used
for the longest time are deleted first.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from lab.core import file_permissions, paths
from lab.core.errors import LabError
from lab.emulator.saved_state import About, bytes_of

VARIABLE = "LAB_CACHE"
"""Another folder than the user's cache folder."""

MOST_ENTRIES = 8
MOST_BYTES = 300_000_000
RECORD = "deployment.json"
STATE = "state"
DRAFT = ".draft-"
STALE_DRAFT_S = 3600.0


def folder() -> Path:
    """What the checkouts of this user share, as in scripts/install.sh. It may not exist yet."""
    configured = os.environ.get(VARIABLE)
    return Path(configured or platformdirs.user_cache_path("checkout-lab")).absolute()


def is_private(path: Path) -> bool:
    """Whether only this user can write to a folder: what is in it is loaded as it is."""
    info = path.stat()
    others = info.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return info.st_uid == os.geteuid() and not others


def of_the_installation() -> list[Path]:
    """What `make install` keeps there: the bytecode of packages, and uv."""
    return [
        one
        for one in (folder() / "bytecode", folder() / "service-index", *folder().glob("uv-*"))
        if one.is_dir()
    ]


@dataclass(frozen=True)
class Entry:
    """A kept deployment: of which environment, how many resources, and when it was made.

    `version` is that of Terraform's state in it.
    """

    folder: Path
    environment: str
    resources: int
    version: str
    made_at: str
    size: int
    used: float

    @property
    def state(self) -> Path:
        """The folder of the emulator's state."""
        return self.folder / STATE

    @classmethod
    def read(cls, folder: Path) -> Entry:
        """Reads an entry. Raises LabError if it is incomplete."""
        record = paths.stored_object(folder / RECORD)
        environment, version = record.get("environment"), record.get("version")
        resources = record.get("resources")
        if not (isinstance(environment, str) and isinstance(version, str)) or not isinstance(
            resources, int
        ):
            raise LabError(f"{folder / RECORD} cannot be used.")
        about = About.read(folder / STATE)
        used = (folder / RECORD).stat().st_mtime
        size = bytes_of(folder)
        return cls(folder, environment, resources, version, about.saved_at, size, used)


@dataclass(frozen=True)
class Cache:
    """The kept deployments of this machine's user."""

    root: Path

    @classmethod
    def of_user(cls) -> Cache:
        """The one in LAB_CACHE, or in the user's cache folder. It may not exist yet."""
        return cls(folder() / "deployments")

    def entries(self) -> list[Entry]:
        """All usable entries, the most recently used ones first."""
        found = list[Entry]()
        for folder in self._folders():
            with suppress(LabError, OSError):
                found.append(Entry.read(folder))
        return sorted(found, key=lambda entry: entry.used, reverse=True)

    def find(self, digest: str) -> Entry | None:
        """The entry of a key, which counts as used now. A damaged one is deleted."""
        folder = self.root / digest
        if not folder.is_dir() or not is_private(self.root):
            return None
        try:
            entry = Entry.read(folder)
            os.utime(folder / RECORD)
        except (LabError, OSError):
            self.drop(digest)
            return None
        return entry

    def add(
        self, digest: str, record: dict[str, object], save: Callable[[Path], None]
    ) -> Entry | None:
        """Keeps a deployment, whose state `save` writes to a folder.

        Returns None if the folder can be written by others. Raises LabError or OSError if it cannot
        be written; nothing of it is left then.
        """
        file_permissions.begin()
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        file_permissions.close(self.root)
        if not is_private(self.root):
            return None
        draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=self.root))
        try:
            save(draft / STATE)
            (draft / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
            self._put(draft, self.root / digest)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        self._trim()
        return self.find(digest)

    def drop(self, digest: str) -> None:
        """Deletes the entry of a key, if there is one."""
        self._delete(self.root / digest)

    def clear(self) -> int:
        """Deletes everything, and returns how many entries there were."""
        folders = self._folders()
        for folder in folders:
            self._delete(folder)
        self._delete_drafts(older_than_s=0)
        return len(folders)

    def _folders(self) -> list[Path]:
        found = list(self.root.iterdir()) if self.root.is_dir() else []
        return [one for one in found if one.is_dir() and not one.name.startswith(".")]

    @staticmethod
    def _put(draft: Path, folder: Path) -> None:
        """Renames a draft, unless another checkout was quicker: both are the same."""
        with suppress(OSError):
            draft.rename(folder)
            return
        if not folder.is_dir():
            draft.rename(folder)

    def _trim(self) -> None:
        self._delete_drafts(STALE_DRAFT_S)
        total = 0
        for number, entry in enumerate(self.entries(), start=1):
            total += entry.size
            if number > 1 and (number > MOST_ENTRIES or total > MOST_BYTES):
                self._delete(entry.folder)

    def _delete_drafts(self, older_than_s: float) -> None:
        for draft in self.root.glob(f"{DRAFT}*"):
            with suppress(OSError):
                if time.time() - draft.stat().st_mtime >= older_than_s:
                    shutil.rmtree(draft, ignore_errors=True)

    def _delete(self, folder: Path) -> None:
        """Deletes an entry at once: another checkout sees all of it or nothing."""
        with suppress(OSError):
            hidden = Path(tempfile.mkdtemp(prefix=DRAFT, dir=self.root))
            folder.rename(hidden / folder.name)
            shutil.rmtree(hidden, ignore_errors=True)

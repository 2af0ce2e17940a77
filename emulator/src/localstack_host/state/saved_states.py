"""The folders of saved states in an emulator's home.

`HOME/state/current` is the latest save, and `previous` the one before it. `replaced` is the state
that `--fresh`, `--state` or `restore` put aside last. All three are links to folders with numbers.
A folder is written under another name (`7.draft`), synced, and renamed, and the link is replaced
after that: at any moment `current` is complete, or it is not there.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from localstack_host.host import paths
from localstack_host.state import about
from localstack_host.state.about import About

CURRENT, PREVIOUS, REPLACED = "current", "previous", "replaced"
LINKS = (CURRENT, PREVIOUS, REPLACED)
DRAFT = ".draft"
NUMBER = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class SavedStates:
    """The saved states below a folder, usually HOME/state."""

    root: Path

    @classmethod
    def of_home(cls) -> SavedStates:
        """Those of this emulator's home. The folder may not exist yet."""
        return cls(paths.home_path() / "state")

    def folder(self, link: str) -> Path | None:
        """The folder that `current`, `previous` or `replaced` stands for, if it exists."""
        try:
            target = self.root / (self.root / link).readlink()
        except OSError:
            return None
        return target if target.is_dir() else None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the lock of the folder: one process at a time saves, loads or changes links."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.root / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def save(
        self, write: Callable[[Path, Path | None], None], may_commit: Callable[[], bool]
    ) -> Path | None:
        """Adds a state, which `write(draft, current)` writes; the caller holds the lock.

        Returns None, and adds nothing, if `may_commit` is false after that. The one before becomes
        `previous`, and the one before that is deleted. If anything fails, nothing is changed.
        """
        number = max([0, *map(int, self._numbers())]) + 1
        draft, target = self.root / f"{number}{DRAFT}", self.root / str(number)
        shutil.rmtree(draft, ignore_errors=True)
        try:
            draft.mkdir(mode=0o700)
            write(draft, self.folder(CURRENT))
            sync_all(draft)
            if not may_commit():
                return None
            draft.rename(target)
            sync(self.root)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        if before := self.folder(CURRENT):
            self._link(PREVIOUS, before)
        self._link(CURRENT, target)
        self.remove_leftovers()
        return target

    def set_aside_current(self) -> None:
        """Makes `current` the state `replaced`; the next start is without a state."""
        if current := self.folder(CURRENT):
            self._link(REPLACED, current)
        for link in (CURRENT, PREVIOUS):
            (self.root / link).unlink(missing_ok=True)
        self.remove_leftovers()

    def begin_with(self, folder: Path) -> None:
        """Makes a copy of a saved state `current`. Raises Unusable if it cannot be loaded."""
        about.check(folder)
        number = max([0, *map(int, self._numbers())]) + 1
        target = self.root / str(number)
        copy(folder, target)
        self._set_aside(CURRENT)
        self._link(CURRENT, target)
        self.remove_leftovers()

    def _set_aside(self, link: str) -> None:
        if found := self.folder(link):
            self._link(REPLACED, found)
            (self.root / PREVIOUS).unlink(missing_ok=True)

    def keep_refused(self, link: str) -> Path | None:
        """Puts a state that cannot be loaded aside, where nothing deletes it."""
        folder = self.folder(link)
        (self.root / link).unlink(missing_ok=True)
        if folder is None:
            return None
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        kept = self.root / f"refused-{moment}"
        folder.rename(kept)
        sync(self.root)
        return kept

    def promote_previous(self) -> None:
        """Makes `previous` the state `current`."""
        if previous := self.folder(PREVIOUS):
            self._link(CURRENT, previous)
        (self.root / PREVIOUS).unlink(missing_ok=True)

    def remove_leftovers(self) -> None:
        """Removes drafts, and states that no link stands for."""
        linked = {folder.name for link in LINKS if (folder := self.folder(link))}
        for path in self.root.iterdir():
            if path.name.endswith(DRAFT) or (
                NUMBER.fullmatch(path.name) and path.name not in linked
            ):
                shutil.rmtree(path, ignore_errors=True)

    def _numbers(self) -> list[str]:
        names = (path.name.removesuffix(DRAFT) for path in self.root.iterdir())
        return [name for name in names if NUMBER.fullmatch(name)]

    def _link(self, link: str, folder: Path) -> None:
        draft = self.root / f"{link}.link"
        draft.unlink(missing_ok=True)
        draft.symlink_to(folder.name)
        draft.replace(self.root / link)
        sync(self.root)


def copy(source: Path, target: Path) -> About:
    """Copies a saved state to a folder that does not exist: complete, or not at all.

    Raises FileExistsError if it exists, and Unusable if the source is damaged.
    """
    if target.exists() or target.is_symlink():
        raise FileExistsError(f"{target} exists already")
    described = about.read(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.{os.getpid()}{DRAFT}")
    try:
        shutil.copytree(source, draft, copy_function=_link_or_copy)
        about.require_undamaged(draft, described)
        sync_all(draft)
        draft.rename(target)
        sync(target.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return described


def _link_or_copy(source: str, target: str) -> None:
    """Files of a saved state never change, so a link is enough on the same disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def sync_all(folder: Path) -> None:
    """Waits until a folder and everything in it is on the disk."""
    for path, _, files in folder.walk(top_down=False):
        for name in files:
            sync(path / name)
        sync(path)
    sync(folder.parent)


def sync(path: Path) -> None:
    """Waits until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # of a file system that cannot sync a folder
            raise
    finally:
        os.close(descriptor)

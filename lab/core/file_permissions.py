"""Restricts the files that the lab writes to the user who runs it."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO
CHECKOUT = Path(__file__).resolve().parent.parent.parent


@cache
def begin() -> int:
    """Sets the umask so that files have mode 0600, and folders 0700. Returns the previous umask.

    Child processes inherit it.
    """
    return os.umask(OTHERS)


@contextmanager
def as_the_user_has_it() -> Iterator[None]:
    """Restores the user's umask in the block, for files that are committed or shared."""
    os.umask(begin())
    try:
        yield
    finally:
        os.umask(OTHERS)


def copy_tree(source: Path, folder: Path, *ignored: str) -> None:
    """Copies a folder without its modes. Leaves out names that match `ignored`.

    Replaces existing files, and removes none.
    """
    left_out = shutil.ignore_patterns(*ignored)
    shutil.copytree(source, folder, ignore=left_out, dirs_exist_ok=True)
    close_all(folder)


def close(home: Path) -> None:
    """Removes the permissions of other users from a folder and its contents, if it has any.

    An earlier version of the lab, or a `mkdir`, may have left it open. Checks only the mode of the
    folder itself, and does nothing for another owner's folder.
    """
    info = home.stat()
    if info.st_mode & OTHERS and info.st_uid == os.geteuid():
        close_all(home)


def close_all(home: Path) -> None:
    """Like `close`, whatever the folder's mode. Changes the folder last, to mark completion."""
    if _serves_others(home):
        return
    for folder, _, files in home.walk(top_down=False):
        for path in (*(folder / name for name in files), folder):
            _close_one(path)


def _close_one(path: Path) -> None:
    """Closes a file. Ignores missing files and those of other users (in a container's volume)."""
    try:
        info = path.lstat()
        if info.st_mode & OTHERS and info.st_uid == os.geteuid() and not path.is_symlink():
            path.chmod(stat.S_IMODE(info.st_mode) & ~OTHERS)
    except FileNotFoundError:
        return


def _serves_others(home: Path) -> bool:
    """Whether LAB_HOME is a folder with other contents, such as /tmp or a home directory."""
    if home.stat().st_mode & stat.S_ISVTX:
        return True
    place = home.resolve()
    return any(path.resolve().is_relative_to(place) for path in (CHECKOUT, *_home()))


def _home() -> list[Path]:
    """The user's home directory, if the system knows one."""
    try:
        return [Path.home()]
    except RuntimeError:
        return []

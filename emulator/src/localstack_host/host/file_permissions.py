"""Restricts access to the emulator's files to the user who runs it."""

from __future__ import annotations

import os
import stat
from functools import cache
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO
SOURCES = Path(__file__).resolve().parent.parent.parent


@cache
def set_umask() -> int:
    """Sets the umask: new files of this process and its children have mode 0600, folders 0700.

    Returns the previous umask.
    """
    return os.umask(OTHERS)


def restrict(home: Path) -> None:
    """Removes the access of others to a folder and everything in it.

    The mode of the folder itself records that this was done: then a call costs one `stat`.
    """
    status = home.stat()
    if status.st_mode & OTHERS and status.st_uid == os.geteuid():
        restrict_all(home)


def restrict_all(home: Path) -> None:
    """Does the same for any mode of the folder, which is changed last, to record completion."""
    if _is_shared(home):
        return
    for folder, _, files in home.walk(top_down=False):
        for path in (*(folder / name for name in files), folder):
            _restrict_one(path)


def _restrict_one(path: Path) -> None:
    """Skips files that were removed meanwhile, or that another user owns (a container's volume)."""
    try:
        status = path.lstat()
        if status.st_mode & OTHERS and status.st_uid == os.geteuid() and not path.is_symlink():
            path.chmod(stat.S_IMODE(status.st_mode) & ~OTHERS)
    except FileNotFoundError:
        return


def _is_shared(home: Path) -> bool:
    """Whether the folder has other contents: /tmp, a home directory, or these sources."""
    if home.stat().st_mode & stat.S_ISVTX:
        return True
    place = home.resolve()
    return any(one.resolve().is_relative_to(place) for one in (SOURCES, *_home()))


def _home() -> list[Path]:
    """The user's home directory, if the system knows one."""
    try:
        return [Path.home()]
    except RuntimeError:
        return []

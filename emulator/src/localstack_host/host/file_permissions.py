"""Who may read what the emulator writes: the user who runs it, and no other user of the machine."""

from __future__ import annotations

import os
import stat
from functools import cache
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO
SOURCES = Path(__file__).resolve().parent.parent.parent


@cache
def begin() -> int:
    """From now on, files that this process and its children create have mode 0600, folders 0700.

    Returns the previous umask.
    """
    return os.umask(OTHERS)


def close(home: Path) -> None:
    """Makes a folder and everything in it readable by its owner only, if it is open to others.

    The mode of the folder itself records that this was done, so a second call costs one `stat`.
    """
    status = home.stat()
    if status.st_mode & OTHERS and status.st_uid == os.geteuid():
        close_all(home)


def close_all(home: Path) -> None:
    """The same, whatever the mode of the folder itself. It comes last, to record completion."""
    if _is_shared(home):
        return
    for folder, _, files in home.walk(top_down=False):
        for path in (*(folder / name for name in files), folder):
            _close_one(path)


def _close_one(path: Path) -> None:
    """Skips what has been removed meanwhile, and what another user owns (a container's volume)."""
    try:
        status = path.lstat()
        if status.st_mode & OTHERS and status.st_uid == os.geteuid() and not path.is_symlink():
            path.chmod(stat.S_IMODE(status.st_mode) & ~OTHERS)
    except FileNotFoundError:
        return


def _is_shared(home: Path) -> bool:
    """Whether the folder holds more than an emulator: /tmp, a home directory, these sources."""
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

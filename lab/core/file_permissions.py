"""Who may read what the lab writes: whoever runs it, and no other user of the machine."""

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
    """From here on, what this process and its children write has mode 0600, and folders 0700.

    Gives the umask that there was.
    """
    return os.umask(OTHERS)


@contextmanager
def as_the_user_has_it() -> Iterator[None]:
    """For a file that is made to be committed or shared: the umask that the user has set."""
    os.umask(begin())
    try:
        yield
    finally:
        os.umask(OTHERS)


def copy_tree(source: Path, folder: Path, *ignored: str) -> None:
    """A copy without the modes of what is copied. Names that match `ignored` are left out.

    What is in the folder already is replaced, and nothing is removed.
    """
    left_out = shutil.ignore_patterns(*ignored)
    shutil.copytree(source, folder, ignore=left_out, dirs_exist_ok=True)
    close_all(folder)


def close(home: Path) -> None:
    """Takes a folder, and all in it, from everybody but its owner, if others can get in.

    A lab of an earlier version, or somebody's `mkdir`, may have left it open. Once it is closed,
    its mode says so, and this costs one look. Only its owner could close it.
    """
    found = home.stat()
    if found.st_mode & OTHERS and found.st_uid == os.geteuid():
        close_all(home)


def close_all(home: Path) -> None:
    """The same, however the folder's own mode is. The folder is last: it says that all is done."""
    if _serves_others(home):
        return
    for folder, _, files in home.walk(top_down=False):
        for path in (*(folder / name for name in files), folder):
            _close_one(path)


def _close_one(path: Path) -> None:
    """What is gone meanwhile, or is another user's (as in a container's volume), is left alone."""
    try:
        found = path.lstat()
        if found.st_mode & OTHERS and found.st_uid == os.geteuid() and not path.is_symlink():
            path.chmod(stat.S_IMODE(found.st_mode) & ~OTHERS)
    except FileNotFoundError:
        return


def _serves_others(home: Path) -> bool:
    """Whether LAB_HOME names a place with more in it than a lab: /tmp, a home directory."""
    if home.stat().st_mode & stat.S_ISVTX:
        return True
    place = home.resolve()
    return any(found.resolve().is_relative_to(place) for found in (CHECKOUT, *_home()))


def _home() -> list[Path]:
    """The user's home directory, if the system knows one."""
    try:
        return [Path.home()]
    except RuntimeError:
        return []

"""Which files somebody else on this machine could read."""

from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path


def modes(folder: Path) -> dict[Path, int]:
    """The folder and all in it, links not followed; what vanishes meanwhile is left out."""
    found = {}
    for path in (folder, *folder.rglob("*")):
        with suppress(FileNotFoundError):
            found[path] = path.lstat().st_mode
    return found


def open_to_others(folder: Path) -> list[str]:
    """All that has a mode wider than 0700, as `ls -l` shows it; empty if all is as it should be."""
    return [
        f"{stat.filemode(mode)} {path}"
        for path, mode in modes(folder).items()
        if mode & 0o077 and not stat.S_ISLNK(mode)
    ]


def executable(folder: Path) -> list[Path]:
    """The files with a mode wider than 0600."""
    return [path for path, mode in modes(folder).items() if stat.S_ISREG(mode) and mode & 0o111]

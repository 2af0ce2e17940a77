"""Keeps the compiled bytecode of installed packages for the next checkout on this machine.

    bytecode.py restore|keep FOLDER SITE_PACKAGES LOCK

Compiling two virtual environments takes most of the time of `make install`. The bytecode depends
only on the versions in the lock and on Python: FOLDER has it under a hash of both, as hard links
where that is possible. `restore` puts it beside the sources; Python and uv ignore what is not of
these sources. `keep` replaces what FOLDER has of another lock. If something fails, that costs time
and nothing else.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

CACHED = "__pycache__"
DRAFT = ".draft-"
SPACE = 2_000_000_000
"""Nothing is kept on a disk with less free space."""


def main(command: str, folder: str, site_packages: str, lock: str) -> None:
    """Runs a command."""
    digest = hashlib.sha256(Path(lock).read_bytes() + sys.version.encode()).hexdigest()
    kept, installed = Path(folder) / digest, Path(site_packages)
    if command == "restore":
        restore(kept, installed)
    else:
        keep(kept, installed)


def restore(kept: Path, installed: Path) -> None:
    """Puts the bytecode beside the installed sources."""
    if kept.is_dir() and _is_own(kept.parent):
        _link(kept, installed)


def keep(kept: Path, installed: Path) -> None:
    """Keeps the bytecode of what is installed, and deletes everything else that is kept."""
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not _is_own(kept.parent):
        return
    for old in kept.parent.iterdir():
        if old != kept:
            shutil.rmtree(old, ignore_errors=True)
    if kept.is_dir() or shutil.disk_usage(kept.parent).free < SPACE:
        return
    draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=kept.parent))
    try:
        _link(installed, draft)
        draft.rename(kept)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _is_own(folder: Path) -> bool:
    """Whether only this user can write to a folder: what is in it will be run."""
    info = folder.stat()
    return info.st_uid == os.geteuid() and not info.st_mode & 0o022


def _link(source: Path, target: Path) -> None:
    """Links all bytecode of one tree into another. Files that exist there stay."""
    for place, folders, files in source.walk():
        if place.name == CACHED:
            folder = target / place.relative_to(source)
            folder.mkdir(parents=True, exist_ok=True)
            for name in files:
                _link_one(place / name, folder / name)
            folders.clear()


def _link_one(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except FileExistsError:
        return
    except OSError:
        shutil.copyfile(source, target)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except OSError as error:
        sys.stderr.write(f"The compiled bytecode was not reused: {error}\n")

"""The emulator's index of AWS's services, which its first start after an installation builds.

That takes four seconds of processor time. The index depends only on versions, which are part of its
name; the next installation on this machine gets a copy.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from lab.core import emulator_program
from lab.deploy.deployment_cache import store

PATTERN = "service-catalog-*.dill"


def keep() -> None:
    """Copies the index of this installation to the cache, in place of older ones."""
    with suppress(OSError):
        _copy(_installed(), _kept(), replace=True)


def restore() -> None:
    """Copies the index from the cache, unless this installation has one."""
    with suppress(OSError):
        if store.is_private(_kept()) and not list(_installed().glob(PATTERN)):
            _copy(_kept(), _installed())


def _copy(source: Path, folder: Path, replace: bool = False) -> None:
    files = list(source.glob(PATTERN))
    if not files:
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if replace:
        for old in folder.glob(PATTERN):
            old.unlink()
    for file in files:
        draft = folder / f".{file.name}.draft"
        shutil.copyfile(file, draft)
        draft.replace(folder / file.name)


def _installed() -> Path:
    return emulator_program.FOLDER / ".venv" / "share" / "localstack-host"


def _kept() -> Path:
    return store.folder() / "service-index"

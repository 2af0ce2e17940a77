"""Unpacked function code: one folder for each distinct zip, compiled once.

Functions with the same zip share its folder if it is read-only for them, as in Lambda. Otherwise
each function has a copy (`own_copy`).
"""

from __future__ import annotations

import base64
import compileall
import filecmp
import hashlib
import os
import shutil
import stat
import threading
import zipfile
from collections.abc import Sequence
from importlib.util import cache_from_source
from pathlib import Path
from py_compile import PycInvalidationMode

from localstack.services.lambda_.invocation.lambda_models import HotReloadingCode, S3Code

UNCHECKED = PycInvalidationMode.UNCHECKED_HASH
_LOCK = threading.Lock()


def unpacked(archive: S3Code | HotReloadingCode, folder: Path) -> Path:
    """Returns the folder with the archive's code, below `folder`; unpacks it if needed.

    With hot reloading the code is a folder of this machine, which is used directly.
    """
    if isinstance(archive, HotReloadingCode):
        return Path(archive.get_unzipped_code_location()).resolve()
    return _unpacked_once([archive], folder / _folder_name(archive.code_sha256))


def unpacked_layers(archives: Sequence[S3Code], folder: Path) -> Path:
    """Returns the merged layers, Lambda's /opt: files of later layers replace earlier ones."""
    names = "".join(archive.code_sha256 for archive in archives)
    return _unpacked_once(archives, folder / hashlib.sha256(names.encode()).hexdigest()[:32])


def own_copy(code: Path, owner: str) -> Path:
    """Returns a copy of the code for the function `owner`; creates it if needed."""
    target = code.with_name(f"{code.name}-{hashlib.sha256(owner.encode()).hexdigest()[:16]}")
    with _LOCK:
        if not target.exists():
            draft = target.with_suffix(".draft")
            shutil.rmtree(draft, ignore_errors=True)
            shutil.copytree(code, draft)
            draft.rename(target)
    return target


def _folder_name(sha256_base64: str) -> str:
    return base64.b64decode(sha256_base64).hex()[:32]


def _unpacked_once(archives: Sequence[S3Code], target: Path) -> Path:
    with _LOCK:
        if not target.exists():
            _unpack(archives, target)
    return target


def _unpack(archives: Sequence[S3Code], target: Path) -> None:
    draft = target.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    packed = target.with_suffix(".zip")
    for archive in archives:
        with packed.open("wb") as file:
            archive._download_archive_to_file(file)
        with zipfile.ZipFile(packed) as opened:
            opened.extractall(draft)
            _let_execute(opened, draft)
    packed.unlink()
    _compile(draft, _latest(target.parent))
    _protect(draft)
    draft.rename(target)


def _let_execute(archive: zipfile.ZipFile, folder: Path) -> None:
    """Makes the files executable that were so when they were packed, such as a wrapper script."""
    for entry in archive.infolist():
        mode = entry.external_attr >> 16
        if mode & stat.S_IXUSR and not entry.is_dir():
            file = folder / entry.filename
            file.chmod(file.stat().st_mode | (mode & 0o111))


def _protect(folder: Path) -> None:
    """Makes the files read-only, so that a function that is not confined cannot overwrite them.

    The modes of the folders are unchanged, so that they can be removed.
    """
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            file.chmod(file.stat().st_mode & ~0o222)


def _latest(folder: Path) -> Path | None:
    """The folder that was unpacked last, if there is one."""
    unpacked = [path for path in folder.iterdir() if path.is_dir() and not path.suffix]
    return max(unpacked, key=lambda path: path.stat().st_mtime, default=None)


def _compile(folder: Path, earlier: Path | None) -> None:
    """Compiles the sources, as Python cannot store bytecode in a read-only folder.

    The folder never changes, so Python need not compare modification times, either. Files that are
    unchanged since `earlier`, usually most of a package, are linked from there.
    """
    for source in folder.rglob("*.py"):
        compiled = Path(cache_from_source(source))
        compiled.parent.mkdir(exist_ok=True)
        old = earlier / source.relative_to(folder) if earlier else None
        if old and _is_compiled(old) and filecmp.cmp(old, source, shallow=False):
            os.link(cache_from_source(old), compiled)
        else:
            compileall.compile_file(source, quiet=2, invalidation_mode=UNCHECKED)


def _is_compiled(source: Path) -> bool:
    return Path(cache_from_source(source)).exists()

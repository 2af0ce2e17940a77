"""Unpacked function code: one folder for each distinct zip, compiled once.

Functions that are deployed from the same zip share its folder where it is read-only for them, as in
Lambda. Elsewhere each function has a copy (`own_copy`).
"""

from __future__ import annotations

import base64
import compileall
import filecmp
import hashlib
import os
import shutil
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
    """The folder with the archive's code, below `folder`; unpacks it if it is not there yet.

    Hot reloading means that LocalStack was given a folder of this machine: it is used as it is.
    """
    if isinstance(archive, HotReloadingCode):
        return Path(archive.get_unzipped_code_location()).resolve()
    return _unpacked_once([archive], folder / _folder_name(archive.code_sha256))


def unpacked_layers(archives: Sequence[S3Code], folder: Path) -> Path:
    """What Lambda shows as /opt: a later layer covers an earlier one, file by file."""
    names = "".join(archive.code_sha256 for archive in archives)
    return _unpacked_once(archives, folder / hashlib.sha256(names.encode()).hexdigest()[:32])


def own_copy(code: Path, owner: str) -> Path:
    """The same files in a folder that no other function has; `owner` names this one."""
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
    packed.unlink()
    _compile(draft, _latest(target.parent))
    _protect(draft)
    draft.rename(target)


def _protect(folder: Path) -> None:
    """Against a function that writes over its own code, where nothing else keeps it from that.

    The folders stay as they are, so that they can be removed.
    """
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            file.chmod(file.stat().st_mode & ~0o222)


def _latest(folder: Path) -> Path | None:
    """The folder that was unpacked last."""
    unpacked = [path for path in folder.iterdir() if path.is_dir() and not path.suffix]
    return max(unpacked, key=lambda path: path.stat().st_mtime, default=None)


def _compile(folder: Path, earlier: Path | None) -> None:
    """Compiles now what every first start would compile again in Lambda's read-only folder.

    The folder never changes, so Python need not compare the sources' times either. A package
    changes in few files from one time to the next: what is as it was `earlier` is taken from there.
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

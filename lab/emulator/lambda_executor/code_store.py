"""Unpacked function code: one folder for each distinct zip, compiled once.

Functions that are deployed from the same zip share its folder: in Lambda it is read-only anyway.
"""

from __future__ import annotations

import base64
import compileall
import shutil
import threading
import zipfile
from pathlib import Path
from py_compile import PycInvalidationMode

from localstack.services.lambda_.invocation.lambda_models import HotReloadingCode, S3Code

_LOCK = threading.Lock()


def unpacked(archive: S3Code | HotReloadingCode, folder: Path) -> Path:
    """The folder with the archive's code, below `folder`; unpacks it if it is not there yet.

    Hot reloading means that LocalStack was given a folder of this machine: it is used as it is.
    """
    if isinstance(archive, HotReloadingCode):
        return archive.get_unzipped_code_location()
    target = folder / _folder_name(archive.code_sha256)
    with _LOCK:
        if not target.exists():
            _unpack(archive, target)
    return target


def _folder_name(sha256_base64: str) -> str:
    return base64.b64decode(sha256_base64).hex()[:32]


def _unpack(archive: S3Code, target: Path) -> None:
    draft = target.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    packed = target.with_suffix(".zip")
    with packed.open("wb") as file:
        archive._download_archive_to_file(file)
    with zipfile.ZipFile(packed) as opened:
        opened.extractall(draft)
    packed.unlink()
    draft.rename(target)
    _compile(target)


def _compile(folder: Path) -> None:
    """Compiles now what every first start would compile again in Lambda's read-only folder.

    The folder never changes, so Python need not compare the sources' times either.
    """
    compileall.compile_dir(folder, quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)

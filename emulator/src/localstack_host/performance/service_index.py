"""The index of AWS's services, built by a process of its own.

LocalStack builds it at the first start in a home, from the models of all of AWS's services. It is
small and is stored on disk; but building it took the emulator 280 MB, which were never freed, and
four seconds of processor time. The index depends only on the versions of LocalStack and botocore,
which are part of its name: it is stored beside the installed packages, and copied into a new home.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any


def load_or_build(path: str) -> Any:
    """Returns the index, and stores it at `path`. Raises CalledProcessError if that fails."""
    from localstack.aws.spec import load_service_index_cache

    cached = cached_at(path)
    if cached.is_file():
        shutil.copyfile(cached, path)
    else:
        subprocess.run([sys.executable, "-m", __name__, path], check=True)
        with suppress(OSError):  # the environment may be read-only, as in an image
            _store(path, cached)
    return load_service_index_cache(path)


def cached_at(path: str) -> Path:
    """The path of the cached index of this name, in the virtual environment."""
    return Path(sys.prefix) / "share" / "localstack-host" / Path(path).name


def _store(path: str, cached: Path) -> None:
    """Copies it atomically: another emulator that is starting sees all of it or nothing."""
    cached.parent.mkdir(parents=True, exist_ok=True)
    draft = cached.with_name(f"{cached.name}.{os.getpid()}")
    shutil.copyfile(path, draft)
    draft.replace(cached)


def _make(path: str) -> None:
    from localstack.aws.spec import build_service_index_cache

    build_service_index_cache(path)


if __name__ == "__main__":
    _make(sys.argv[1])

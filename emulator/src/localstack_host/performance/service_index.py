"""The index of AWS's services, made by a process that ends.

LocalStack makes it at the first start in a home, from the descriptions of all of AWS's services. It
is small and is kept on the disk; but making it took the emulator 280 MB that it never gave back,
and four seconds of processor time. The index depends on the versions of LocalStack and botocore
alone, which its name says: it is kept beside the installed packages, and copied into a new home.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any


def made_elsewhere(path: str) -> Any:
    """The index, which is then at `path`. Raises CalledProcessError if it cannot be made."""
    from localstack.aws.spec import load_service_index_cache

    kept = kept_at(path)
    if kept.is_file():
        shutil.copyfile(kept, path)
    else:
        subprocess.run([sys.executable, "-m", __name__, path], check=True)
        with suppress(OSError):  # the environment may be read-only, as in an image
            _keep(path, kept)
    return load_service_index_cache(path)


def kept_at(path: str) -> Path:
    """Where the index of this name is kept for other homes: in the virtual environment."""
    return Path(sys.prefix) / "share" / "localstack-host" / Path(path).name


def _keep(path: str, kept: Path) -> None:
    """Copies it so that another emulator, which starts now, sees all of it or nothing."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft = kept.with_name(f"{kept.name}.{os.getpid()}")
    shutil.copyfile(path, draft)
    draft.replace(kept)


def _make(path: str) -> None:
    from localstack.aws.spec import build_service_index_cache

    build_service_index_cache(path)


if __name__ == "__main__":
    _make(sys.argv[1])

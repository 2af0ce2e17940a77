"""The folder with the packages that AWS's Python runtime includes, and no others.

A package that is missing from a function's zip must be missing here too.
"""

from __future__ import annotations

import threading
from importlib.metadata import Distribution, distribution
from pathlib import Path

from localstack_host.services.lambda_.zygote import bootstrap, runtime_client

# The packages in AWS's image besides the standard library: the SDK and the runtime client.
DISTRIBUTIONS = (
    "awslambdaric",
    "simplejson",
    "snapshot-restore-py",
    "boto3",
    "botocore",
    "jmespath",
    "python-dateutil",
    "s3transfer",
    "six",
    "urllib3",
)
_LOCK = threading.Lock()


def runtime_folder(folder: Path) -> Path:
    """Returns the folder. Creates it if needed, with links to the packages and the bootstrap."""
    with _LOCK:
        if not folder.exists():
            draft = folder.with_suffix(".draft")
            draft.mkdir(parents=True, exist_ok=True)
            for name in DISTRIBUTIONS:
                _link(distribution(name), draft)
            (draft / "runtime_client.py").symlink_to(runtime_client.__file__)
            (draft / "bootstrap.py").symlink_to(bootstrap.__file__)
            draft.rename(folder)
    return folder


def _link(package: Distribution, folder: Path) -> None:
    for name in sorted(_top_level_names(package)):
        link = folder / name
        if not link.exists():
            link.symlink_to(Path(str(package.locate_file(name))))


def _top_level_names(package: Distribution) -> set[str]:
    """The files and folders of a package in site-packages; not scripts, which are outside of it."""
    names = {file.parts[0] for file in package.files or []}
    return {name for name in names - {"..", "__pycache__"} if not _is_native_client(name)}


def _is_native_client(name: str) -> bool:
    """Whether this is the compiled part of AWS's runtime client, which is replaced everywhere."""
    return name.startswith("runtime_client.") and name.endswith(".so")

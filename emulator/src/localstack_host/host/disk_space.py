"""Checks the free disk space before the emulator starts."""

from __future__ import annotations

import shutil
from pathlib import Path

from localstack_host.host.errors import HostError
from localstack_host.host.paths import HOME_VARIABLE

MB = 1_000_000
NEEDED = 32 * MB
"""LocalStack's cache takes 10 MB; the rest is for functions' code and for logs."""


def require(folder: Path) -> None:
    """Raises HostError if the disk of a folder has too little space for an emulator."""
    free = shutil.disk_usage(folder).free
    if free < NEEDED:
        raise HostError(
            f"There is not enough space on the disk: the emulator needs {NEEDED // MB} MB in"
            f" {folder}, and {free / MB:.1f} MB are free.",
            f"Make room there, or use a folder on another disk: {HOME_VARIABLE}=/another/folder",
        )

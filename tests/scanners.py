"""Programs that look for mistakes, each in an environment of uv's: .venv need not have them."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from lab.core import paths


def command(package: str, program: str, newer: str) -> list[str]:
    """The command of a program of a package; skips where there is nothing to get it from.

    What the package needs is of the day `newer` or older, as when the version was chosen. It needs
    a network only the first time.
    """
    uv = shutil.which("uv") or shutil.which("uv", path=paths.ROOT / ".lab" / "tools" / "bin")
    if not uv:
        pytest.skip(f"NOT SCANNED: there is no uv to run {program} with")
    words = [uv, "tool", "run", "--exclude-newer", newer, "--from", package, program]
    asked = subprocess.run([*words, "--version"], capture_output=True, text=True)
    if asked.returncode:
        pytest.skip(f"NOT SCANNED: no {program}: {asked.stderr[-300:]}")
    return words

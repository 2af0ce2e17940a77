"""A `.lab` that cannot be written is said in one sentence, with the way out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lab.core import ports

LAB = Path(sys.executable).parent / "lab"
# For root nothing is forbidden, but what is mounted read-only.
MOUNTED = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'


def in_read_only(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Runs a program for which the folder is read-only."""
    mounted = ["unshare", "--mount", "sh", "-c", MOUNTED, "sh", str(folder)]
    folder.chmod(0o500)
    own = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "LAB_HOME": str(folder)}
    own["LAB_PORT"] = str(ports.any_free())
    return subprocess.run(
        [*(mounted if os.geteuid() == 0 else []), *command],
        env=own,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "lab"
    folder.mkdir()
    if in_read_only(folder, "touch", str(folder / "x")).returncode == 0 or (
        os.geteuid() == 0 and in_read_only(folder, "true").returncode
    ):
        pytest.skip("nothing can be made read-only for this user here")
    return folder


@pytest.mark.parametrize("command", ["up --port 4722", "down", "env"])
def test_what_writes_says_where_it_cannot(folder: Path, command: str) -> None:
    done = in_read_only(folder, str(LAB), *command.split())
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    said = " ".join(done.stderr.split())
    assert "cannot be written" in said
    assert "LAB_HOME=" in said


def test_what_only_looks_says_what_it_would_anyway(folder: Path) -> None:
    done = in_read_only(folder, str(LAB), "orders")
    assert "the emulator is not running" in " ".join(done.stderr.split())

"""What people read is spelled right: pages, lessons, messages and comments."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lab.core import paths

READ = ("README.md", "docs", "notebooks", "lab", "functions", "terraform", "scripts")


def misspelled(*where: Path) -> str:
    """What codespell says, a line for each word. Its settings are in pyproject.toml."""
    command = [sys.executable, "-m", "codespell_lib", "--skip=.terraform", *map(str, where)]
    return subprocess.run(command, capture_output=True, text=True, cwd=paths.ROOT).stdout


def test_what_people_read_is_spelled_right() -> None:
    assert misspelled(*map(Path, READ)) == ""


def test_a_wrong_letter_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("Nothing is recieved twice.")
    assert "recieved ==> received" in misspelled(tmp_path)

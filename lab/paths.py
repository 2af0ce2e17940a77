"""Where the lab finds its sources and keeps what it makes."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS = ROOT / "functions"
TERRAFORM = ROOT / "terraform"
SEED = ROOT / "seed"


def home_path() -> Path:
    """Where `home` is, whether it exists or not."""
    return Path(os.environ.get("LAB_HOME") or ROOT / ".lab").absolute()


def home() -> Path:
    """The folder for state, logs and build output: `.lab/`, or `LAB_HOME` for a second lab.

    Makes it if it is not there; raises OSError if that cannot be done.
    """
    path = home_path()
    path.mkdir(parents=True, exist_ok=True)
    return path

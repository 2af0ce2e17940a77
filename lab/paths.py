"""Where the lab finds its sources and keeps what it makes."""

from __future__ import annotations

import os
from pathlib import Path

from lab import privacy

ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS = ROOT / "functions"
TERRAFORM = ROOT / "terraform"
SEED = ROOT / "seed"


def home_path() -> Path:
    """Where `home` is, whether it exists or not."""
    return Path(os.environ.get("LAB_HOME") or ROOT / ".lab").absolute()


def home() -> Path:
    """The folder for state, logs and build output: `.lab/`, or `LAB_HOME` for a second lab.

    Makes it if it is not there; raises OSError if that cannot be done. Who asks is about to write:
    from here on that is for its owner only.
    """
    privacy.begin()
    path = home_path()
    path.mkdir(parents=True, exist_ok=True)
    privacy.close(path)
    return path

"""Where the lab finds its sources and keeps what it makes."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS = ROOT / "functions"
TERRAFORM = ROOT / "terraform"
SEED = ROOT / "seed"


def home() -> Path:
    """The folder for state, logs and build output: `.lab/`, or `LAB_HOME` for a second lab."""
    path = Path(os.environ.get("LAB_HOME") or ROOT / ".lab").absolute()
    path.mkdir(parents=True, exist_ok=True)
    return path

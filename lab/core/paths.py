"""Where the lab finds its sources and keeps what it makes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from lab.core import file_permissions

ROOT = Path(__file__).resolve().parent.parent.parent
FUNCTIONS = ROOT / "functions"
TERRAFORM = ROOT / "terraform"
SEED = ROOT / "seed"


def home_path() -> Path:
    """Where `home` is, whether it exists or not."""
    given = os.environ.get("LAB_HOME", "").strip()
    # `~` is still there where no shell has read the value: in .env, or in a service's settings.
    return Path(os.path.expanduser(given) or ROOT / ".lab").absolute()  # noqa: PTH111


def home() -> Path:
    """The folder for state, logs and build output: `.lab/`, or `LAB_HOME` for a second lab.

    Makes it if it is not there; raises OSError if that cannot be done. Who asks is about to write:
    from here on that is for its owner only.
    """
    file_permissions.begin()
    path = home_path()
    path.mkdir(parents=True, exist_ok=True)
    file_permissions.close(path)
    return path


def stored_object(file: Path) -> dict[str, Any]:
    """What a JSON file of the lab's holds; nothing if there is none, or none that can be used.

    Such a file may be half written, damaged, or no file at all: it is then as if it were not there.
    """
    try:
        found = json.loads(file.read_bytes())
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

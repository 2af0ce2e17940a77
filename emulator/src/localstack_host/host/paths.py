"""The folder of the emulator's state, log and cache."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from localstack_host.host import file_permissions
from localstack_host.host.wrapper import variable

HOME_VARIABLE = variable("HOME")
SOURCES = Path(__file__).resolve().parent.parent.parent
"""The folder of the package, for the search path of an interpreter without site-packages."""


def home_path() -> Path:
    """The path of `home`, which may not exist yet."""
    value = os.environ.get(HOME_VARIABLE, "").strip()
    # No shell has expanded `~` in .env files and in the settings of services.
    return Path(os.path.expanduser(value) if value else _default()).absolute()  # noqa: PTH111


def home() -> Path:
    """The folder of this emulator. Each emulator has a folder of its own.

    Creates it if needed, readable by its owner only. Raises OSError if that fails.
    """
    file_permissions.set_umask()
    path = home_path()
    path.mkdir(parents=True, exist_ok=True)
    file_permissions.restrict(path)
    return path


def stored_object(file: Path) -> dict[str, Any]:
    """The object in a JSON file; empty if there is no such file, or it is damaged."""
    try:
        stored = json.loads(file.read_bytes())
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, ValueError, RecursionError):
        return {}
    return stored if isinstance(stored, dict) else {}


def _default() -> Path:
    """The default: https://specifications.freedesktop.org/basedir-spec/latest/."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "localstack-host"

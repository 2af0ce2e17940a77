"""Where the emulator keeps its state, its log and what it computes once."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from localstack_host.host import file_permissions
from localstack_host.host.wrapper import variable

HOME_VARIABLE = variable("HOME")
SOURCES = Path(__file__).resolve().parent.parent.parent
"""The folder that holds the package: what a bare interpreter needs in its search path."""


def home_path() -> Path:
    """Where `home` is, whether it exists or not."""
    given = os.environ.get(HOME_VARIABLE, "").strip()
    # `~` is still there where no shell has read the value: in .env, or in a service's settings.
    return Path(os.path.expanduser(given) if given else _default()).absolute()  # noqa: PTH111


def home() -> Path:
    """The folder of one emulator; another folder is another emulator.

    Creates it if needed, readable by its owner only; raises OSError if that cannot be done.
    """
    file_permissions.begin()
    path = home_path()
    path.mkdir(parents=True, exist_ok=True)
    file_permissions.close(path)
    return path


def stored_object(file: Path) -> dict[str, Any]:
    """The object in a JSON file; empty if there is no such file, or it is damaged."""
    try:
        stored = json.loads(file.read_bytes())
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, ValueError, RecursionError):
        return {}
    return stored if isinstance(stored, dict) else {}


def _default() -> Path:
    """https://specifications.freedesktop.org/basedir-spec/latest/."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "localstack-host"

"""Starts JupyterLab on the learner's copies."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from lab import children
from lab.errors import LabError
from lab.lessons.site import kernel_home

CONFIG = Path(__file__).with_name("jupyter_config")
"""Switches JupyterLab's news off: a learner's first sight is the lesson, not a question."""


def command(folder: Path, port: int, browser: bool, first: str, more: Sequence[str]) -> list[str]:
    """The command that serves a folder on the loopback interface, with a token.

    It opens on the notebook named `first`; `more` are further options of JupyterLab's own.
    JupyterLab takes the next free port if this one is taken, and prints the address. Who is root
    here was root before.
    """
    options = [
        f"--port={port}",
        f"--notebook-dir={folder}",
        f"--LabApp.default_url=/lab/tree/{first}",
    ]
    options += [] if any(word.startswith("--ip=") for word in more) else ["--ip=127.0.0.1"]
    options += [] if browser else ["--no-browser"]
    options += ["--allow-root"] if os.geteuid() == 0 else []
    return [sys.executable, "-m", "jupyterlab", *options, *more]


def serve(folder: Path, first: str, port: int, browser: bool, more: Sequence[str] = ()) -> None:
    """Becomes JupyterLab; Ctrl-C ends it. Raises LabError where it is not installed."""
    if find_spec("jupyterlab") is None:
        raise LabError("JupyterLab is not installed.", "`make install` installs it.")
    words = command(folder, port, browser, first, more)
    children.become(words, _environment())


def _environment() -> dict[str, str]:
    given = os.environ.get("JUPYTER_CONFIG_PATH", "")
    config = os.pathsep.join(filter(None, [str(CONFIG), given]))
    return children.as_the_user_has_it(**kernel_home(), JUPYTER_CONFIG_PATH=config)

"""Starts JupyterLab on the learner's copies."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

from lab.errors import LabError
from lab.lessons.site import kernel_home

PORT = 8888


def command(folder: Path, port: int, browser: bool) -> list[str]:
    """The command that serves a folder on the loopback interface, with a token.

    JupyterLab takes the next free port if this one is taken, and prints the address.
    """
    options = ["--ip=127.0.0.1", f"--port={port}", f"--notebook-dir={folder}"]
    return [sys.executable, "-m", "jupyterlab", *options, *([] if browser else ["--no-browser"])]


def serve(folder: Path, port: int = PORT, browser: bool = True) -> None:
    """Becomes JupyterLab; Ctrl-C ends it. Raises LabError where it is not installed."""
    if find_spec("jupyterlab") is None:
        raise LabError("JupyterLab is not installed.", "`make install` installs it.")
    environment = {**os.environ, **kernel_home()}
    words = command(folder, port, browser)
    os.execve(words[0], words, environment)  # noqa: S606 - its own arguments, no shell

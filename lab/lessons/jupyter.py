"""Starts JupyterLab for the learner's copies, or finds a running one."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from lab.core import child_processes, clients, paths
from lab.core.errors import LabError
from lab.lessons.site import kernel_home

CONFIG = Path(__file__).with_name("jupyter_config")
"""Settings that turn off JupyterLab's news, so that it opens without a question."""


TIMEOUT_S = 2


@dataclass(frozen=True)
class Running:
    """A JupyterLab that serves the copies, from its runtime file in the lab's home."""

    url: str
    token: str

    def address(self, first: str) -> str:
        """The URL that opens the notebook named `first`."""
        key = f"?{urlencode({'token': self.token})}" if self.token else ""
        return f"{self.url}lab/tree/{quote(first)}{key}"

    def responds(self) -> bool:
        """Whether the server responds: after a crash its file remains, its pid may be reused."""
        headers = {"Authorization": f"token {self.token}"}
        try:
            with clients.http(self.url, headers=headers, timeout=TIMEOUT_S) as server:
                response = server.get("api/status")
        except httpx.HTTPError:
            return False
        return response.is_success


def running(folder: Path) -> Running | None:
    """The JupyterLab that serves this folder, if there is one."""
    if find_spec("jupyter_server") is None:
        return None
    from jupyter_server.serverapp import list_running_servers

    servers = list_running_servers(str(paths.home() / "jupyter"))
    serving = (Running(s["url"], s["token"]) for s in servers if _serves(s, folder))
    return next((server for server in serving if server.responds()), None)


def _serves(server: Mapping[str, Any], folder: Path) -> bool:
    return Path(server["root_dir"]).resolve() == folder.resolve()


def command(folder: Path, port: int, browser: bool, first: str, more: Sequence[str]) -> list[str]:
    """The command that serves a folder on the loopback interface, with a token.

    It opens the notebook named `first`; `more` are further options of JupyterLab. If the port is
    taken, JupyterLab uses the next free one and prints the address.
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
    """Replaces this process by JupyterLab; Ctrl-C ends it. Raises LabError if it is missing."""
    if find_spec("jupyterlab") is None:
        raise LabError("JupyterLab is not installed.", "`make install` installs it.")
    words = command(folder, port, browser, first, more)
    child_processes.become(words, _environment())


def _environment() -> dict[str, str]:
    configured = os.environ.get("JUPYTER_CONFIG_PATH", "")
    config = os.pathsep.join(filter(None, [str(CONFIG), configured]))
    return child_processes.as_the_user_has_it(**kernel_home(), JUPYTER_CONFIG_PATH=config)

"""Installs, starts and stops MiniStack, the emulator that the lab is compared with.

https://pypi.org/project/ministack/ (MIT). It has its own dependencies and new releases nearly every
week, so it gets its own virtual environment and a pinned version.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from lab.core import child_processes, naming, paths, ports, process_tree
from lab.core.errors import LabError
from lab.core.progress import Progress
from lab.core.target import Target
from lab.emulator.process import is_healthy

VERSION = "1.5.33"
READY_TIMEOUT_S = 60.0
POLL_S = 0.05

# Its standard input ends when this process does, also by a kill -9.
ENDS_WITH_ITS_PARENT = '"$1" & child=$!; cat; kill -9 $child'


@contextmanager
def running(on_progress: Progress) -> Iterator[tuple[Target, int]]:
    """Runs a new MiniStack on a free port of the loopback address; yields target and pid."""
    program = installed(on_progress)
    folder = paths.home() / "ministack"
    folder.mkdir(parents=True, exist_ok=True)
    on_progress(f"Starting MiniStack {VERSION}")
    port = ports.any_free()
    process = _spawn(program, folder, port)
    try:
        target = Target("dev", f"http://localhost:{port}")
        _wait_until_healthy(process, f"http://localhost:{port}", folder / "log")
        yield target, process.pid
    finally:
        process_tree.end(process)
        shutil.rmtree(folder, ignore_errors=True)


def installed(on_progress: Progress) -> Path:
    """The path of the program, which is installed once below `.lab` of the source tree.

    Installs boto3, too: functions need it, and AWS's runtime includes it.
    Raises LabError if it cannot be installed.
    """
    home = paths.ROOT / ".lab" / "peers" / f"ministack-{VERSION}"
    program = home / "bin" / "ministack"
    if not (home / "complete").exists():
        on_progress(f"Installing MiniStack {VERSION}")
        shutil.rmtree(home, ignore_errors=True)
        _run(sys.executable, "-m", "venv", str(home))
        pip = (str(home / "bin" / "python"), "-m", "pip", "install", "--quiet")
        _run(*pip, f"ministack=={VERSION}", "boto3")
        (home / "complete").touch()
    return program


def _run(*command: str) -> None:
    result = child_processes.run(command, child_processes.as_the_user_has_it(), capture_output=True)
    if result.returncode:
        raise LabError(
            f"MiniStack could not be installed: {result.stderr.strip()[-500:]}",
            "It comes from the Python package index: is there a network? "
            "Without --compare nothing is installed.",
        )


def _spawn(program: Path, folder: Path, port: int) -> psutil.Popen:
    """Starts it with its defaults, except for address, region, credentials and temporary folder."""
    settings = {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": ports.HOST,
        "MINISTACK_REGION": naming.shop().region,
        "TMPDIR": str(folder),
        "HOME": str(folder),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    with (folder / "log").open("wb") as log:
        return psutil.Popen(
            ["/bin/sh", "-c", ENDS_WITH_ITS_PARENT, "sh", program],
            cwd=folder,
            env=settings,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _wait_until_healthy(process: psutil.Popen, endpoint: str, log: Path) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while not is_healthy(endpoint):
        if process.poll() is not None or time.monotonic() > deadline:
            end = log.read_text(errors="replace")[-500:]
            raise LabError(f"MiniStack did not start. The end of its log:\n{end}")
        time.sleep(POLL_S)

"""Runs `localstack-host`, the program that starts and stops the emulator.

It is a project of its own, in `emulator/`, with a virtual environment of its own: the lab imports
nothing of it, and reads what it prints as JSON.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from typing import Any

from lab.core import child_processes, paths
from lab.core.errors import LabError
from lab.core.progress import Progress

FOLDER = paths.ROOT / "emulator"
PYTHON = FOLDER / ".venv" / "bin" / "python"
MODULE = "localstack_host"

# What the program calls its variables and commands in messages: as the lab's users know them.
WRAPPER = {
    "LOCALSTACK_HOST_PREFIX": "LAB_",
    "LOCALSTACK_HOST_START": "lab up",
    "LOCALSTACK_HOST_STOP": "lab down",
}
# It looks for Java; Kinesis, if it is on, is a program that it installs by npm.
ALSO_NEEDED = ("JAVA_HOME", "NODE_EXTRA_CA_CERTS")
NPM = "npm_config_"


def run(*arguments: str, on_progress: Progress | None = None) -> Any:
    """Runs a command of the program and returns the result that it prints as JSON.

    What it reports meanwhile goes to `on_progress`, a line at a time. Raises LabError with the
    program's own message and hint if it fails.
    """
    program = _start([str(PYTHON), "-m", MODULE, *arguments, "--json"])
    try:
        errors = _follow(program, on_progress)
        output = program.stdout.read() if program.stdout else b""
        code = program.wait()
    except BaseException:  # Ctrl-C, or the watchdog: the program undoes what it has begun
        program.send_signal(signal.SIGINT)
        program.wait()
        raise
    return _result(output, code, errors)


def variables() -> dict[str, str]:
    """The environment of the program: what it needs, and the choices of the lab's user."""
    chosen = {name: value for name, value in os.environ.items() if name.startswith("LAB_")}
    found = {
        name: value
        for name, value in os.environ.items()
        if name in ALSO_NEEDED or name.lower().startswith(NPM)
    }
    home = {"LAB_HOME": str(paths.home())}
    return child_processes.bare(**chosen, **found, **WRAPPER) | home


def _start(command: list[str]) -> child_processes.Process:
    if not PYTHON.exists():
        raise LabError(
            f"The emulator is not installed: {PYTHON} does not exist.", "Install it: make install"
        )
    return child_processes.start(
        command,
        variables(),
        cwd=paths.ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _follow(program: child_processes.Process, on_progress: Progress | None) -> list[str]:
    """Reads the program's reports until it ends, and returns them."""
    lines = []
    for line in program.stderr or ():
        lines.append(line.decode(errors="replace").rstrip())
        if on_progress:
            on_progress(lines[-1])
    return lines


def _result(output: bytes, code: int, errors: list[str]) -> Any:
    try:
        result = json.loads(output)
    except ValueError:
        raise LabError(
            f"The emulator's program ended with exit code {code}: " + "\n".join(errors[-20:]),
            f"Is it installed as {FOLDER}/uv.lock says? make install",
        ) from None
    if code and "errno" in result:
        raise OSError(result["errno"], result["strerror"], result["file"])
    if code and "error" in result:
        raise LabError(result["error"], result["hint"], code)
    return result

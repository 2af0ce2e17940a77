"""What a forked process does before it is a function's."""

from __future__ import annotations

import os
import runpy
import signal
import sys
import time

from lab.emulator.lambda_executor.interpreter import OPTIONS
from lab.emulator.lambda_executor.template import private_tmp, title
from lab.emulator.lambda_executor.template.launch import UMASK, Launch

RUNTIME_CLIENT = "awslambdaric"


def run(launch: Launch, standard: list[str]) -> None:
    """Runs the function until it is killed. `standard` is where the standard library is found."""
    _become(launch)
    if launch.anew:
        arguments = [sys.executable, *OPTIONS, "-m", RUNTIME_CLIENT, launch.handler]
        os.execve(sys.executable, arguments, dict(os.environ))  # noqa: S606
    _forget_the_lab()
    sys.path[:] = [launch.folder, *launch.search, *standard]
    sys.argv[:] = [RUNTIME_CLIENT, launch.handler]
    runpy.run_module(RUNTIME_CLIENT, run_name="__main__", alter_sys=True)


def _become(launch: Launch) -> None:
    """The random generator of Python seeds itself anew in a forked process."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _redirect(launch.output)
    os.environ.clear()
    os.environ.update(launch.variables)
    title.show(launch.variables["AWS_LAMBDA_FUNCTION_NAME"])
    if not private_tmp.mount(launch.tmp_mb, launch.visible):
        os.makedirs(launch.tmp, exist_ok=True)  # noqa: PTH103 - pathlib is not needed before
        os.environ["TMPDIR"] = launch.tmp
    time.tzset()
    os.umask(UMASK)
    os.chdir(launch.folder)


def _redirect(output: str) -> None:
    """Output goes to a file and not through a pipe: it is there when the response arrives."""
    file = os.open(output, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)


def _forget_the_lab() -> None:
    """A function that imports `lab` must fail here as it would in Lambda."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "lab"]:
        del sys.modules[name]

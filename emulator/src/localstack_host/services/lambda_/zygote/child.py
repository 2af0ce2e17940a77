"""Prepares a forked process, and runs the function in it."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass

from localstack_host.services.lambda_.interpreter import OPTIONS
from localstack_host.services.lambda_.zygote import bootstrap, title
from localstack_host.services.lambda_.zygote.confinement import HOST, Confinement
from localstack_host.services.lambda_.zygote.launch import UMASK, Launch
from localstack_host.services.lambda_.zygote.namespaces import Namespace
from localstack_host.services.lambda_.zygote.places import ON_AWS, Places, on_this_machine
from localstack_host.services.lambda_.zygote.system_calls import adopt_orphans

NOT_FOUND = 127  # the status of shells for a program that is not there
PACKAGE = __name__.partition(".")[0]


@dataclass(frozen=True)
class Task:
    """The function to run, and its namespace; None if functions cannot be confined."""

    launch: Launch
    namespace: Namespace | None


def run(task: Task, standard: list[str], confinement: Confinement | None) -> None:
    """Runs the function until it is killed. `standard` is the path of the standard library."""
    launch = task.launch
    _redirect((HOST if confinement else "") + launch.output)
    if confinement and task.namespace:
        confinement.enter(launch, task.namespace)
    else:
        adopt_orphans()
    places = ON_AWS if confinement else on_this_machine(launch)
    _set_up(launch, places)
    if not confinement:
        _set_temporary_folder(launch)
    if launch.new_interpreter:
        _exec_interpreter(launch, places)
    _unload_package()
    sys.path[:] = [*places.search(launch), *standard]
    bootstrap.main(launch.handler)


def _set_up(launch: Launch, places: Places) -> None:
    """Sets up the process's state. Python reseeds its random generator after a fork."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(places.variables(launch))
    title.show(launch.variables["AWS_LAMBDA_FUNCTION_NAME"])
    time.tzset()
    os.umask(UMASK)
    os.chdir(places.task)


def _set_temporary_folder(launch: Launch) -> None:
    os.makedirs(launch.tmp, exist_ok=True)  # noqa: PTH103 - avoids importing pathlib
    os.environ["TMPDIR"] = launch.tmp


def _exec_interpreter(launch: Launch, places: Places) -> None:
    """Replaces the process with a new interpreter. Does not return."""
    program = places.program(launch, [sys.executable, *OPTIONS])
    try:
        os.execve(program[0], program, dict(os.environ))  # noqa: S606
    except OSError as error:  # a wrapper that is not there, or cannot be executed
        print(f"{program[0]}: {error.strerror}", file=sys.stderr, flush=True)  # noqa: T201
        os._exit(NOT_FOUND)


def _redirect(output: str) -> None:
    """Redirects output to a file, not a pipe, so that it is complete when the response arrives."""
    file = os.open(output, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)


def _unload_package() -> None:
    """Unloads this package, so that a function that imports it fails, as in Lambda."""
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]

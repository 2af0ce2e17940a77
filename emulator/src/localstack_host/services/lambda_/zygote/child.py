"""What a forked process does before it is a function's."""

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

PACKAGE = __name__.partition(".")[0]


@dataclass(frozen=True)
class Task:
    """What to run, and in which namespace; None where functions cannot be confined."""

    launch: Launch
    namespace: Namespace | None


def run(task: Task, standard: list[str], confinement: Confinement | None) -> None:
    """Runs the function until it is killed. `standard` is where the standard library is found."""
    launch = task.launch
    _redirect((HOST if confinement else "") + launch.output)
    if confinement and task.namespace:
        confinement.enter(launch, task.namespace)
    else:
        adopt_orphans()
    places = ON_AWS if confinement else on_this_machine(launch)
    _become(launch, places)
    if not confinement:
        _use_a_folder_for_temporary_files(launch)
    if launch.anew:
        _start_anew(launch, places)
    _forget_this_package()
    sys.path[:] = [*places.search(launch), *standard]
    bootstrap.main(launch.handler)


def _become(launch: Launch, places: Places) -> None:
    """The random generator of Python seeds itself anew in a forked process."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(places.variables(launch))
    title.show(launch.variables["AWS_LAMBDA_FUNCTION_NAME"])
    time.tzset()
    os.umask(UMASK)
    os.chdir(places.task)


def _use_a_folder_for_temporary_files(launch: Launch) -> None:
    os.makedirs(launch.tmp, exist_ok=True)  # noqa: PTH103 - pathlib is not needed before
    os.environ["TMPDIR"] = launch.tmp


def _start_anew(launch: Launch, places: Places) -> None:
    """On an interpreter that has loaded nothing. Does not return."""
    program = [sys.executable, *OPTIONS, f"{places.runtime}/bootstrap.py", launch.handler]
    os.execve(sys.executable, program, dict(os.environ))  # noqa: S606


def _redirect(output: str) -> None:
    """Output goes to a file and not through a pipe: it is there when the response arrives."""
    file = os.open(output, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)


def _forget_this_package() -> None:
    """A function that imports this package must fail here as it would in Lambda."""
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]

"""Runs one function on a new interpreter, confined like functions forked from a zygote."""

from __future__ import annotations

import os
import resource
import signal
import sys
from typing import NoReturn

from localstack_host.host.reaper import kill_descendants
from localstack_host.services.lambda_.zygote import child
from localstack_host.services.lambda_.zygote.confinement import Confinement, show_processes
from localstack_host.services.lambda_.zygote.launch import Launch
from localstack_host.services.lambda_.zygote.namespaces import Namespace, make
from localstack_host.services.lambda_.zygote.system_calls import adopt_orphans

WORD = "alone"


def run(launch: Launch, standard: list[str], confinement: Confinement | None) -> None:
    """Runs the function, and exits with its status after ending all that it started."""
    namespace = make(show_processes) if confinement else None
    adopt_orphans()
    if namespace:
        namespace.for_children()
    pid = os.fork()
    if pid == 0:
        _close_standard_input()
        child.run(child.Task(launch, namespace), standard, confinement)
        sys.exit()
    _end_like(_status(pid), namespace)


def _close_standard_input() -> None:
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)


def _status(pid: int) -> int:
    while True:
        ended, status = os.wait()
        if ended == pid:
            return status


def _end_like(status: int, namespace: Namespace | None) -> NoReturn:
    if namespace:
        namespace.end()
    kill_descendants(os.getpid())
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(os.WEXITSTATUS(status))

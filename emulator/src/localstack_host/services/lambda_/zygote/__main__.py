"""The zygote: `python -m localstack_host.services.lambda_.zygote ROOT FOLDER RUNTIME HIDDEN`.

Its standard input is the connection to the emulator; the last three arguments are a `Machine`. With
`alone` before them it starts a single function instead, on a new interpreter: its standard input is
the launch, as JSON.
"""

from __future__ import annotations

import json
import os
import socket
import sys

from localstack_host.services.lambda_.zygote import alone, child, preload
from localstack_host.services.lambda_.zygote.confinement import (
    Confinement,
    Machine,
    confine,
    show_processes,
)
from localstack_host.services.lambda_.zygote.launch import Launch, Ready, encode
from localstack_host.services.lambda_.zygote.namespaces import NamespaceFactory
from localstack_host.services.lambda_.zygote.places import ON_AWS, on_this_machine
from localstack_host.services.lambda_.zygote.server import ChildZygote, Server
from localstack_host.services.lambda_.zygote.system_calls import adopt_orphans


def main(project: str, *arguments: str) -> None:
    """Serves until the emulator closes the connection. In a forked child, runs its task."""
    standard = [entry for entry in sys.path if entry not in ("/", project)]
    sys.path[:] = standard
    sys.executable = os.path.realpath(sys.executable)
    if arguments[0] == alone.WORD:
        launch = Launch(**json.load(sys.stdin))
        alone.run(launch, standard, confine(Machine(*arguments[1:])))
    else:
        _serve(Machine(*arguments), standard)


def _serve(machine: Machine, standard: list[str]) -> None:
    connection = _take_connection()
    confinement = confine(machine)
    factory = NamespaceFactory.start(show_processes, connection) if confinement else None
    connection.send(encode(Ready(confinement is not None)))
    preload.load_runtime([ON_AWS.runtime if confinement else machine.runtime])
    task = Server(connection, factory).serve()
    while isinstance(task, ChildZygote):
        connection = task.connection
        connection.send(encode(Ready(confinement is not None)))
        _load_shipped(task.launch, confinement)
        task = Server(connection, factory).serve()
    if task:
        child.run(task, standard, confinement)


def _load_shipped(launch: Launch, confinement: Confinement | None) -> None:
    """Preloads libraries at the function's paths, as modules record theirs."""
    if not confinement:
        adopt_orphans()
    if not launch.code:
        return
    if confinement:
        os.unshare(os.CLONE_NEWNS)
        confinement.show(launch.code, launch.opt)
    places = ON_AWS if confinement else on_this_machine(launch)
    preload.load_shipped(places.search(launch))


def _take_connection() -> socket.socket:
    """Moves the connection away from standard input, which is replaced with an empty file."""
    connection = socket.socket(fileno=os.dup(0))
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    return connection


main(*sys.argv[1:])

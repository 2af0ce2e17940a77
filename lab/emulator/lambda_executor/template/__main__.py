"""Starts the template: `python -m lab.emulator.lambda_executor.template FOLDER`.

Its standard input is the connection to the emulator, FOLDER holds the packages of AWS's runtime.
"""

from __future__ import annotations

import os
import socket
import sys

from lab.emulator.lambda_executor.template import child, preload
from lab.emulator.lambda_executor.template.launch import Launch
from lab.emulator.lambda_executor.template.server import Offshoot, Server


def main(runtime_folder: str, project: str) -> None:
    """Serves until the emulator hangs up; a forked child goes on as what it was forked for."""
    standard = [entry for entry in sys.path if entry not in ("/", project)]
    sys.path[:] = standard
    connection = _take_connection()
    preload.load_runtime([runtime_folder])
    task = Server(connection).serve()
    while isinstance(task, Offshoot):
        preload.load_shipped(task.search)
        task = Server(task.connection).serve()
    if isinstance(task, Launch):
        child.run(task, standard)


def _take_connection() -> socket.socket:
    """Nobody else may read from it: what takes its place as standard input is empty."""
    connection = socket.socket(fileno=os.dup(0))
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    return connection


main(*sys.argv[1:])

"""Starts functions' processes: forked from a zygote, or as a program."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import suppress
from dataclasses import asdict, astuple, replace
from pathlib import Path

from localstack_host.host import linux_features
from localstack_host.services.lambda_.interpreter import OPTIONS, python
from localstack_host.services.lambda_.runtime_process import Process
from localstack_host.services.lambda_.zygote import alone
from localstack_host.services.lambda_.zygote.confinement import Machine
from localstack_host.services.lambda_.zygote.launch import UMASK, Launch
from localstack_host.services.lambda_.zygote.places import on_this_machine
from localstack_host.services.lambda_.zygotes import ENVIRONMENT, ZygoteGoneError, Zygotes, command


class Spawner:
    """Starts functions' processes; `zygotes` is None where fork is not safe."""

    def __init__(self, machine: Machine, zygotes: Zygotes | None) -> None:
        self._machine = machine
        self._zygotes = zygotes

    @property
    def confines(self) -> bool:
        """Whether all functions are confined."""
        return self._zygotes is not None and self._zygotes.confine

    def start(self, launch: Launch, api_address: str) -> Process:
        """Starts a process; `api_address` is the address of its Runtime API."""
        variables = launch.variables | {"AWS_LAMBDA_RUNTIME_API": api_address}
        launch = replace(launch, variables=variables)
        if self._zygotes:
            with suppress(ZygoteGoneError):
                return self._zygotes.start(launch)
        return (
            Program.confined(launch, self._machine)
            if linux_features.available()
            else Program.plain(launch)
        )

    def prepare(self, shipped: tuple[str, ...]) -> None:
        """Preloads the libraries in these folders."""
        if self._zygotes:
            self._zygotes.prepare(shipped)


class Program:
    """A process that was started as a program; with `above` = 1, it starts the function's."""

    def __init__(self, popen: subprocess.Popen[bytes], above: int = 0) -> None:
        self._popen = popen
        self.pid = popen.pid
        self.above = above

    @classmethod
    def confined(cls, launch: Launch, machine: Machine) -> Program:
        """Starts the zygote's program for a single function, which is confined if possible."""
        arguments = command(alone.WORD, *astuple(machine))
        popen = subprocess.Popen(
            arguments, cwd="/", env=ENVIRONMENT, stdin=subprocess.PIPE, start_new_session=True
        )
        assert popen.stdin is not None  # noqa: S101 - it is a pipe
        with popen.stdin as stdin:
            stdin.write(json.dumps(asdict(replace(launch, new_interpreter=True))).encode())
        return cls(popen, above=1)

    @classmethod
    def plain(cls, launch: Launch) -> Program:
        """Starts the interpreter without confinement: its /tmp is the machine's.

        Output is written to a file, not a pipe: output before a response is complete and in order
        when the response arrives, and no thread has to read it.
        """
        places = on_this_machine(launch)
        Path(launch.tmp).mkdir(parents=True, exist_ok=True)
        with Path(launch.output).open("ab") as output:
            popen = subprocess.Popen(
                _by_shell(places.program(launch, [python(), *OPTIONS])),
                cwd=places.task,
                env={"TMPDIR": launch.tmp} | places.variables(launch),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                umask=UMASK,
            )
        return cls(popen)

    def wait(self) -> int:
        """Waits without reaping the process, which only `reap` may do."""
        ended = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        assert ended is not None  # noqa: S101 - only with WNOHANG
        by_itself = ended.si_code == os.CLD_EXITED
        return ended.si_status if by_itself else -ended.si_status

    def reap(self) -> None:
        """Reaps the process; then its ID may be reused."""
        self._popen.wait()


def _by_shell(program: list[str]) -> list[str]:
    """Lets a shell start a wrapper: one that is not there fails its function, not the emulator."""
    wrapped = program[0] != python()
    return ["/bin/sh", "-c", 'exec "$@"', "sh", *program] if wrapped else program

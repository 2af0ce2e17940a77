"""How a function's process comes about: forked from a template, or started as a program."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from lab.emulator.lambda_executor.interpreter import OPTIONS, python
from lab.emulator.lambda_executor.runtime_process import Process
from lab.emulator.lambda_executor.template.launch import UMASK, Launch
from lab.emulator.lambda_executor.templates import TemplateGoneError, Templates


class Spawner:
    """Starts functions' processes; `templates` is None where fork is not safe."""

    def __init__(self, templates: Templates | None) -> None:
        self._templates = templates

    def start(self, launch: Launch, api_address: str) -> Process:
        """A running process; `api_address` is where its Runtime API is."""
        given = launch.variables | {"AWS_LAMBDA_RUNTIME_API": api_address}
        launch = replace(launch, variables=given)
        if self._templates:
            with suppress(TemplateGoneError):
                return self._templates.start(launch)
        return Program(launch)

    def prepare(self, shipped: tuple[str, ...]) -> None:
        """Has these folders' libraries loaded before a function needs them."""
        if self._templates:
            self._templates.prepare(shipped)


class Program:
    """A process that was started the ordinary way. Its /tmp is the machine's.

    Output goes to a file and not through a pipe: what was printed before a response is in the
    file when the response arrives, in order, and no thread has to read along.
    """

    def __init__(self, launch: Launch) -> None:
        Path(launch.tmp).mkdir(parents=True, exist_ok=True)
        with Path(launch.output).open("ab") as output:
            self._popen = subprocess.Popen(
                [python(), *OPTIONS, "-m", "awslambdaric", launch.handler],
                cwd=launch.folder,
                env={"TMPDIR": launch.tmp} | launch.variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                umask=UMASK,
            )
        self.pid = self._popen.pid

    def wait(self) -> int:
        """Waits without burying, which only `bury` may do."""
        ended = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        assert ended is not None  # noqa: S101 - only with WNOHANG
        by_itself = ended.si_code == os.CLD_EXITED
        return ended.si_status if by_itself else -ended.si_status

    def bury(self) -> None:
        """Reads the status, after which the number is free."""
        self._popen.wait()

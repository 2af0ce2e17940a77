"""The emulator in a container: the service `localstack` of docker-compose.yml."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.core import child_processes, paths
from lab.core.errors import LabError

SERVICE = "localstack"
PORT_INSIDE = "4566"
TIMEOUT_S = 20
HOST_WAY = "It is not needed: lab up --host"
SHOWN_LINES = 15


@dataclass(frozen=True)
class Started:
    """A container that answers: its id, and the port of this machine where it does."""

    container: str
    port: int


@dataclass(frozen=True)
class Lab:
    """The containers of one lab. With a port of its own a lab has containers of its own.

    `log` is where Docker Compose writes what it does; with `iam` permissions are enforced.
    """

    port: int | None
    log: Path
    iam: bool = True

    @property
    def project(self) -> str:
        """The name of the Compose project; without a port the one of `docker compose up`."""
        return f"checkout-lab-{self.port}" if self.port else "checkout-lab"

    def start(self, tell: Callable[[str], None]) -> Started:
        """Builds the image where something has changed, and returns when the emulator answers.

        Raises LabError with the end of Compose's output if that fails; nothing runs then.
        """
        tell("Building the image, which takes some minutes the first time")
        self.build()
        tell("Starting the container")
        try:
            self._do("up", "--detach", "--wait", SERVICE)
        except BaseException:  # also Ctrl-C: nothing is left behind
            self._ask("down")
            raise
        _, _, port = self._ask("port", SERVICE, PORT_INSIDE).rpartition(":")
        return Started(self._ask("ps", "--quiet", SERVICE), int(port))

    def build(self) -> None:
        """Builds the image, or finds that nothing has changed. Raises LabError if that fails."""
        self._do("build", SERVICE)

    def is_running(self) -> bool:
        """Whether there is such a container already, started by whomever."""
        return bool(self._ask("ps", "--quiet", SERVICE))

    def _do(self, *arguments: str) -> None:
        with self.log.open("w") as log:
            done = child_processes.run(
                self._command(*arguments), self._environment, stdout=log, stderr=log
            )
        if done.returncode:
            lines = self.log.read_text(errors="replace").splitlines()[-SHOWN_LINES:]
            raise LabError(
                f"`docker compose {arguments[0]}` failed:\n" + "\n".join(lines),
                "docs/docker.md says what it needs and what can stand in for it."
                " `lab up --host` needs no Docker.",
            )

    def _ask(self, *arguments: str) -> str:
        return answer(*self._command(*arguments), env=self._environment) or ""

    def _command(self, *arguments: str) -> list[str]:
        file = str(paths.ROOT / "docker-compose.yml")
        return ["docker", "compose", "--project-name", self.project, "--file", file, *arguments]

    @property
    def _environment(self) -> dict[str, str]:
        port = {"LOCALSTACK_PORT": str(self.port)} if self.port else {}
        iam = "enforced" if self.iam else "off"
        return child_processes.as_the_user_has_it(**port, LAB_IAM=iam)


def require() -> None:
    """Raises LabError unless Docker runs here and knows Compose."""
    if not shutil.which("docker"):
        raise LabError(
            "Docker is not installed.", f"Get it: https://docs.docker.com/get-docker/. {HOST_WAY}"
        )
    if answer("docker", "version", "--format", "{{.Server.Version}}") is None:
        raise LabError(
            "Docker does not answer.", f"Start it, then look at `docker info`. {HOST_WAY}"
        )
    if answer("docker", "compose", "version") is None:
        raise LabError(
            "Docker has no Compose plugin.",
            f"Get it: https://docs.docker.com/compose/install/. {HOST_WAY}",
        )


def stop(container: str) -> None:
    """Ends the container and all others of its lab. What is worth keeping is in their volumes."""
    label = '{{index .Config.Labels "com.docker.compose.project"}}'
    project = answer("docker", "inspect", "--format", label, container)
    if project:
        answer("docker", "compose", "--project-name", project, "--profile", "*", "down")


def answer(*command: str, env: dict[str, str] | None = None) -> str | None:
    """What a program prints, or None if it is missing, fails or takes too long."""
    variables = child_processes.as_the_user_has_it() if env is None else env
    options: dict[str, Any] = {"capture_output": True, "timeout": TIMEOUT_S, "check": True}
    try:
        done = child_processes.run(command, variables, **options)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()

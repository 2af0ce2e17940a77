"""Runs plain Terraform in a real account, at the user's terminal."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import Version

from lab.core import child_processes, paths
from lab.core.errors import LabError
from lab.core.progress import Progress
from lab.deploy.account.identity import Identity
from lab.deploy.terraform import json_log, provider
from lab.deploy.terraform.command import announce_graceful_stop
from lab.deploy.terraform.json_log import Changes, Events
from lab.deploy.terraform.runner import Place, run

if TYPE_CHECKING:
    from lab.deploy.plans import Change

COLOURED = frozenset({"init", "plan", "apply", "destroy"})
NATIVE_LOCKS_SINCE = Version("1.10")
TIMEOUT_S = 10


@dataclass(frozen=True)
class Terraform:
    """Terraform in one folder of the repository, with an identity in an account."""

    folder: Path
    identity: Identity

    def run(self, *arguments: str) -> None:
        """Runs one command. Raises LabError if it fails; Terraform has printed the reason."""
        command, *options = arguments
        words = ["terraform", command, *_colour_options(command), *options]
        process = child_processes.start(words, self._variables(), cwd=self.folder)
        if _wait(process):
            raise LabError(f"terraform {arguments[0]} failed.", "Its own message is above.")

    def output(self, *arguments: str) -> str:
        """Returns the output of one command. Raises LabError with its message if it fails."""
        return captured(self.folder, self._variables(), *arguments)

    def plan(self, file: Path, on_progress: Progress, *arguments: str) -> list[Change]:
        """Writes a plan to a file, and returns its changes. Raises LabError if it fails."""
        from lab.deploy import plans  # which runs Terraform itself

        on_progress("comparing the configuration with what is there")
        self._run_with_progress(
            on_progress, "plan", "-json", "-input=false", f"-out={file}", *arguments
        )
        return plans.read(json.loads(self.output("show", "-json", str(file))))

    def apply(self, plan: Path, on_progress: Progress) -> Changes:
        """Applies a plan from a file, and returns its changes. Raises LabError if it fails."""
        return self._run_with_progress(on_progress, "apply", "-json", "-input=false", str(plan))

    @property
    def log(self) -> Path:
        """The output of the last `plan` or `apply`, as JSON."""
        return paths.home() / f"{self.folder.name}-in-an-account.log"

    def _run_with_progress(self, on_progress: Progress, *arguments: str) -> Changes:
        events = Events(on_progress)
        place = Place(self.folder, self._variables(), self.log)
        completed = run(
            ["terraform", *arguments], place, events.handle_line, announce_graceful_stop
        )
        if completed.code:
            problem = json_log.failed(arguments[0], completed.output, events.errors)
            raise LabError(problem.message, f"{json_log.AGAIN} All of its output: {self.log}")
        return events.changes

    def _variables(self) -> dict[str, str]:
        return self.identity.variables() | provider.variables(paths.home())


def captured(folder: Path, variables: dict[str, str], *arguments: str) -> str:
    """Returns the output of `terraform` in a folder, with these variables as its environment.

    Raises LabError if Terraform is not installed, and with its message if it fails.
    """
    require_terraform()
    command = ["terraform", *arguments, "-no-color"]
    completed = child_processes.run(
        command, variables, cwd=folder, capture_output=True, check=False
    )
    if completed.returncode:
        raise LabError(f"terraform {arguments[0]} failed.", completed.stderr.strip())
    return completed.stdout


def has_native_locks() -> bool:
    """Whether Terraform can lock a state in S3 itself. Raises what `version` raises."""
    return version() >= NATIVE_LOCKS_SINCE


def version() -> Version:
    """Returns the version of Terraform. Raises LabError if it is not installed."""
    require_terraform()
    output = child_processes.output(["terraform", "version", "-json"], quiet(), TIMEOUT_S)
    try:
        return Version(json.loads(output)["terraform_version"])
    except (ValueError, KeyError) as error:
        raise LabError(
            "`terraform version -json` printed no version.", "Is the program in PATH Terraform?"
        ) from error


def quiet() -> dict[str, str]:
    """Returns the environment for queries to Terraform about itself."""
    return child_processes.bare(**child_processes.QUIET_TERRAFORM)


def require_terraform() -> None:
    """Raises LabError if Terraform is not installed."""
    if not shutil.which("terraform"):
        raise LabError(
            "Terraform is not installed.",
            "Get version 1.9 or newer: https://developer.hashicorp.com/terraform/install",
        )


def _colour_options(command: str) -> list[str]:
    """Disables colours if output is not a terminal or NO_COLOR is set (https://no-color.org)."""
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return [] if coloured or command not in COLOURED else ["-no-color"]


def _wait(process: child_processes.Process) -> int:
    """Returns the exit code. Ctrl-C reaches Terraform too, which needs time to save its state.

    KeyboardInterrupt is raised after Terraform has ended.
    """
    pressed = False
    while True:
        try:
            code = process.wait()
            break
        except KeyboardInterrupt:
            pressed = True
    if pressed:
        raise KeyboardInterrupt
    return code

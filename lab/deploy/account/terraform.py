"""Plain Terraform, at the terminal of whoever called us: it shows its plan and asks by itself."""

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
from lab.deploy.terraform.command import tell_that_it_finishes
from lab.deploy.terraform.json_log import Changes, Events
from lab.deploy.terraform.runner import Place, run

if TYPE_CHECKING:
    from lab.deploy.plans import Change

COLOURED = frozenset({"init", "plan", "apply", "destroy"})
NATIVE_LOCKS_SINCE = Version("1.10")
TIMEOUT_S = 10


@dataclass(frozen=True)
class Terraform:
    """Terraform in one of our folders, as somebody in an account."""

    folder: Path
    identity: Identity

    def run(self, *arguments: str) -> None:
        """Runs one command. Raises LabError if it fails; it has said itself why."""
        command, *options = arguments
        words = ["terraform", command, *_plainly(command), *options]
        process = child_processes.start(words, self._variables(), cwd=self.folder)
        if _ended(process):
            raise LabError(f"terraform {arguments[0]} failed.", "Its own message is above.")

    def output(self, *arguments: str) -> str:
        """What one command prints. Raises LabError with Terraform's own words if it fails."""
        return captured(self.folder, self._variables(), *arguments)

    def plan(self, file: Path, on_progress: Progress, *arguments: str) -> list[Change]:
        """Writes a plan to a file, and gives what it would change. Raises LabError if it fails."""
        from lab.deploy import plans  # which runs Terraform itself

        on_progress("comparing the configuration with what is there")
        self._quietly(on_progress, "plan", "-json", "-input=false", f"-out={file}", *arguments)
        return plans.read(json.loads(self.output("show", "-json", str(file))))

    def apply(self, plan: Path, on_progress: Progress) -> Changes:
        """Applies a plan from a file, and gives what it changed. Raises LabError if it fails."""
        return self._quietly(on_progress, "apply", "-json", "-input=false", str(plan))

    @property
    def log(self) -> Path:
        """What the last plan or apply of these printed, as JSON."""
        return paths.home() / f"{self.folder.name}-in-an-account.log"

    def _quietly(self, on_progress: Progress, *arguments: str) -> Changes:
        told = Events(on_progress)
        with self.log.open("w") as log:  # the runner hands a lock on; there is none here
            place = Place(self.folder, self._variables(), self.log, log.fileno())
            ended = run(["terraform", *arguments], place, told.hear, tell_that_it_finishes)
        if ended.code:
            problem = json_log.failed(arguments[0], ended.output, told.errors)
            raise LabError(problem.message, f"{json_log.AGAIN} All of its output: {self.log}")
        return told.changes

    def _variables(self) -> dict[str, str]:
        return self.identity.variables() | provider.variables(paths.home())


def captured(folder: Path, variables: dict[str, str], *arguments: str) -> str:
    """What `terraform` prints in a folder, with these variables as its whole environment.

    Raises LabError without Terraform, and with Terraform's own words if it fails.
    """
    require_terraform()
    command = ["terraform", *arguments, "-no-color"]
    ended = child_processes.run(command, variables, cwd=folder, capture_output=True, check=False)
    if ended.returncode:
        raise LabError(f"terraform {arguments[0]} failed.", ended.stderr.strip())
    return ended.stdout


def has_native_locks() -> bool:
    """Whether the Terraform here can lock a state in S3 itself. Raises LabError without one."""
    return version() >= NATIVE_LOCKS_SINCE


def version() -> Version:
    """The version of the Terraform here. Raises LabError without one."""
    require_terraform()
    said = child_processes.output(["terraform", "version", "-json"], quiet(), TIMEOUT_S)
    try:
        return Version(json.loads(said)["terraform_version"])
    except (ValueError, KeyError) as error:
        raise LabError("`terraform version -json` says no version.", "Does it work?") from error


def quiet() -> dict[str, str]:
    """The environment for asking Terraform about itself."""
    return child_processes.bare(**child_processes.QUIET_TERRAFORM)


def require_terraform() -> None:
    """Raises LabError without Terraform."""
    if not shutil.which("terraform"):
        raise LabError(
            "Terraform is not installed.",
            "Get version 1.9 or newer: https://developer.hashicorp.com/terraform/install",
        )


def _plainly(command: str) -> list[str]:
    """No colours where nobody sees them or nobody wants them (https://no-color.org)."""
    wanted = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return [] if wanted or command not in COLOURED else ["-no-color"]


def _ended(process: child_processes.Process) -> int:
    """The exit code. Ctrl-C reaches Terraform by itself, which needs time to save its state.

    Then it goes on: what Terraform has said before its end is no failure of its own.
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

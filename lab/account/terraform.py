"""Plain Terraform, at the terminal of whoever called us: it shows its plan and asks by itself."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from lab import children, paths
from lab.account.identity import Identity
from lab.errors import LabError
from lab.terraform import provider

NATIVE_LOCKS_SINCE = Version("1.10")
TIMEOUT_S = 10


@dataclass(frozen=True)
class Terraform:
    """Terraform in one of our folders, as somebody in an account."""

    folder: Path
    identity: Identity

    def run(self, *arguments: str) -> None:
        """Runs one command. Raises LabError if it fails; it has said itself why."""
        process = children.start(["terraform", *arguments], self._variables(), cwd=self.folder)
        if _ended(process):
            raise LabError(f"terraform {arguments[0]} failed.", "Its own message is above.")

    def output(self, *arguments: str) -> str:
        """What one command prints. Raises LabError with Terraform's own words if it fails."""
        return captured(self.folder, self._variables(), *arguments)

    def _variables(self) -> dict[str, str]:
        return self.identity.variables() | provider.variables(paths.home())


def captured(folder: Path, variables: dict[str, str], *arguments: str) -> str:
    """What `terraform` prints in a folder, with these variables as its whole environment.

    Raises LabError without Terraform, and with Terraform's own words if it fails.
    """
    require_terraform()
    command = ["terraform", *arguments, "-no-color"]
    ended = children.run(command, variables, cwd=folder, capture_output=True, check=False)
    if ended.returncode:
        raise LabError(f"terraform {arguments[0]} failed.", ended.stderr.strip())
    return ended.stdout


def has_native_locks() -> bool:
    """Whether the Terraform here can lock a state in S3 itself. Raises LabError without one."""
    return version() >= NATIVE_LOCKS_SINCE


def version() -> Version:
    """The version of the Terraform here. Raises LabError without one."""
    require_terraform()
    said = children.output(["terraform", "version", "-json"], quiet(), TIMEOUT_S)
    try:
        return Version(json.loads(said)["terraform_version"])
    except (ValueError, KeyError) as error:
        raise LabError("`terraform version -json` says no version.", "Does it work?") from error


def quiet() -> dict[str, str]:
    """The environment for asking Terraform about itself."""
    return children.bare(**children.QUIET_TERRAFORM)


def require_terraform() -> None:
    """Raises LabError without Terraform."""
    if not shutil.which("terraform"):
        raise LabError(
            "Terraform is not installed.",
            "Get version 1.9 or newer: https://developer.hashicorp.com/terraform/install",
        )


def _ended(process: children.Process) -> int:
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

"""Plain Terraform, at the terminal of whoever called us: it shows its plan and asks by itself."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from lab import paths
from lab.account.identity import Identity
from lab.errors import LabError
from lab.terraform import provider

NATIVE_LOCKS_SINCE = Version("1.10")


@dataclass(frozen=True)
class Terraform:
    """Terraform in one of our folders, as somebody in an account."""

    folder: Path
    identity: Identity

    def run(self, *arguments: str) -> None:
        """Runs one command. Raises LabError if it fails; it has said itself why."""
        process = subprocess.Popen(
            ["terraform", *arguments], cwd=self.folder, env=self._variables()
        )
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
    ended = subprocess.run(
        ["terraform", *arguments, "-no-color"],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise LabError(f"terraform {arguments[0]} failed.", ended.stderr.strip())
    return ended.stdout


def has_native_locks() -> bool:
    """Whether the Terraform here can lock a state in S3 itself. Raises LabError without one."""
    return version() >= NATIVE_LOCKS_SINCE


def version() -> Version:
    """The version of the Terraform here. Raises LabError without one."""
    require_terraform()
    said = subprocess.check_output(["terraform", "version", "-json"], stderr=subprocess.DEVNULL)
    return Version(json.loads(said)["terraform_version"])


def require_terraform() -> None:
    """Raises LabError without Terraform."""
    if not shutil.which("terraform"):
        raise LabError(
            "Terraform is not installed.",
            "Get version 1.9 or newer: https://developer.hashicorp.com/terraform/install",
        )


def _ended(process: subprocess.Popen[bytes]) -> int:
    """The exit code. Ctrl-C reaches Terraform by itself, and it needs time to save its state."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue

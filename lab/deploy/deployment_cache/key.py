"""What decides the result of a deploy on an empty emulator, as a hash."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lab.core import child_processes, emulator_program, paths
from lab.core.target import Target, access_key
from lab.deploy.terraform import emulator_overrides, provider
from lab.deploy.terraform.workspace import Workspace

FORMAT = "1"
TERRAFORM_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class EmulatorSettings:
    """With what an emulator runs: whether it enforces permissions, and its additional services."""

    iam: bool = True
    services: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"iam={self.iam} services={','.join(sorted(self.services))}"


@dataclass(frozen=True)
class Key:
    """All inputs of a deploy by name: short ones as they are, files as a hash."""

    parts: Mapping[str, str]

    @classmethod
    def of(
        cls, target: Target, workspace: Workspace, package: Path, emulator: EmulatorSettings
    ) -> Key:
        """The key of a deploy of an environment, with a zip of the functions."""
        own_config = provider.own_config()
        return cls(
            {
                "format": FORMAT,
                "environment": target.environment,
                "account and region": f"{access_key()} {target.region}",
                "Terraform sources": _of_files(workspace.sources()),
                "variables": json.dumps(_variables(), sort_keys=True),
                "functions": _of_files({"zip": package}),
                "Terraform": _terraform_version(),
                "provider": provider.locked_version(),
                "Terraform's configuration": _of_files({"file": own_config} if own_config else {}),
                "lab": _of_files(_tree(paths.ROOT / "lab" / "deploy", "*.py")),
                "emulator": _of_files(_emulator_files()),
                "emulator's settings": str(emulator),
            }
        )

    @property
    def digest(self) -> str:
        """The key as a name for a folder."""
        text = json.dumps(dict(self.parts), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def _variables() -> dict[str, str]:
    chosen = child_processes.terraform_variables()
    return chosen | {"command line": " ".join(emulator_overrides.VARIABLES)}


def _terraform_version() -> str:
    """The version of the installed Terraform; its answer also names the platform."""
    program = shutil.which("terraform") or "terraform"
    variables = child_processes.bare(**child_processes.QUIET_TERRAFORM)
    said = child_processes.output([program, "version", "-json"], variables, TERRAFORM_TIMEOUT_S)
    try:
        facts = json.loads(said)
        return f"{facts['terraform_version']} {facts['platform']}"
    except (ValueError, KeyError, TypeError):
        return said


def _emulator_files() -> dict[str, Path]:
    """The emulator's sources, its lock, and the file that names its Python."""
    folder = emulator_program.FOLDER
    files = {
        "uv.lock": folder / "uv.lock",
        "Python": emulator_program.PYTHON.parents[1] / "pyvenv.cfg",
    }
    return {**files, **_tree(folder / "src", "*.py")}


def _tree(folder: Path, pattern: str) -> dict[str, Path]:
    return {file.relative_to(folder).as_posix(): file for file in folder.rglob(pattern)}


def _of_files(files: Mapping[str, Path]) -> str:
    """A hash of files: of their names, and of what is in them."""
    return _of(f"{name}\0{_digest(files[name])}" for name in sorted(files))


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "missing"


def _of(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()

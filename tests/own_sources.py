"""A checkout whose files may change, as far as they decide a deploy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lab.core import child_processes, emulator_program, paths
from lab.core.target import Target
from lab.deploy.deployment_cache.key import EmulatorSettings, Key
from lab.deploy.terraform.workspace import Workspace

SETTINGS = EmulatorSettings()
FOLDERS = ("terraform", "functions/checkout_api", "emulator/src", "lab/deploy")


def copied(checkout: Path, patch: pytest.MonkeyPatch) -> Path:
    """Copies the sources to a folder, in which the lab works from then on."""
    without = shutil.ignore_patterns("__pycache__")
    for name in FOLDERS:
        shutil.copytree(paths.ROOT / name, checkout / name, ignore=without)
    shutil.copy(paths.ROOT / "emulator" / "uv.lock", checkout / "emulator" / "uv.lock")
    (checkout / "functions.zip").write_bytes(b"zip")
    patch.setattr(child_processes, "output", lambda *_: "Terraform 1")
    return used(checkout, patch)


def used(checkout: Path, patch: pytest.MonkeyPatch) -> Path:
    """The lab works in this folder from then on."""
    for name in ("terraform", "functions"):
        patch.setattr(paths, name.upper(), checkout / name)
    patch.setattr(paths, "ROOT", checkout)
    patch.setattr(emulator_program, "FOLDER", checkout / "emulator")
    return checkout


def digest(checkout: Path, environment: str = "dev", settings: EmulatorSettings = SETTINGS) -> str:
    """The key of a deploy from there."""
    target, workspace = Target(environment, "http://localhost:4566"), Workspace(environment)
    return Key.of(target, workspace, checkout / "functions.zip", settings).digest

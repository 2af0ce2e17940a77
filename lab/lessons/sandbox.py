"""A Terraform configuration of the learner's own, beside the checkout's, on the same emulator."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab import paths
from lab.errors import LabError
from lab.lessons.lesson import Lesson
from lab.lessons.shown import Shown
from lab.lessons.tabular import Table
from lab.plans import changes
from lab.terraform.provider import cli_config

VERSIONS = """\
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.100" }
  }
}
"""
QUIETLY = ("-no-color", "-input=false")


@dataclass(frozen=True, repr=False)
class Plan(Shown):
    """What an apply would do: each change of a resource, with the arguments that it changes."""

    changes: Sequence[changes.Change]
    differences: Mapping[str, Mapping[str, tuple[Any, Any]]]

    @property
    def actions(self) -> dict[str, str]:
        """By address, what becomes of a resource: create, change, replace or destroy."""
        return {change.address: change.action.value for change in self.changes}

    def _table(self) -> Table:
        rows = [(c.action.value, c.address, "; ".join(self._told(c.address))) for c in self.changes]
        return Table(("action", "resource", "what changes"), rows or [("nothing", "", "")])

    def _told(self, address: str) -> list[str]:
        return [f"{name}: {a} → {b}" for name, (a, b) in self.differences[address].items()]

    def html(self) -> str:
        """A table of the changes."""
        return self._table().html()

    def text(self) -> str:
        """The same in plain text."""
        return self._table().text()


@dataclass
class Sandbox:
    """A folder with one `main.tf`, and Terraform in it. Its modules are those of the checkout."""

    folder: Path
    variables: Mapping[str, str]
    _sources: Sequence[str] = ()

    def write(self, configuration: str) -> None:
        """Replaces `main.tf`. Raises LabError with Terraform's words if it cannot be read."""
        (self.folder / "main.tf").write_text(configuration)
        sources = re.findall(r"^\s*source\s*=.*$", configuration, re.MULTILINE)
        if sources != self._sources:
            self._run("init", *QUIETLY)
            self._sources = sources

    def plan(self) -> Plan:
        """What an apply would do. Raises LabError if the configuration is refused."""
        self._run("plan", "-out=saved.plan", *QUIETLY)
        told = json.loads(self._run("show", "-json", "saved.plan"))
        found = changes.read(told)
        raw = {change["address"]: change["change"] for change in told.get("resource_changes", ())}
        return Plan(found, {c.address: _differences(raw[c.address]) for c in found})

    def apply(self) -> str:
        """Makes it so; gives Terraform's last line, which counts what it did."""
        said = self._run("apply", "-auto-approve", *QUIETLY)
        return next(line for line in said.splitlines() if line.startswith("Apply complete"))

    def destroy(self) -> None:
        """Takes away whatever the state knows."""
        self._run("destroy", "-auto-approve", *QUIETLY)

    @property
    def state_file(self) -> Path:
        """Terraform's memory. It exists after the first apply."""
        return self.folder / "terraform.tfstate"

    def _run(self, *arguments: str) -> str:
        ended = subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder,
            env=dict(self.variables),
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise LabError(_message(ended.stderr), "Terraform says what is wrong, and where.")
        return ended.stdout


def sandbox(lesson: Lesson) -> Sandbox:
    """An empty sandbox on the lesson's emulator; `lesson.restore()` destroys what is made in it."""
    folder = Path(tempfile.mkdtemp(prefix="lesson-"))
    (folder / "modules").symlink_to(paths.TERRAFORM / "modules")
    (folder / "versions.tf").write_text(VERSIONS)
    lock = paths.TERRAFORM / "environments" / "dev" / ".terraform.lock.hcl"
    shutil.copy(lock, folder)
    made = Sandbox(folder, _variables(lesson, folder))
    lesson.later(lambda: _remove(made))
    return made


def _variables(lesson: Lesson, folder: Path) -> dict[str, str]:
    return os.environ | {
        "AWS_ENDPOINT_URL": lesson.target.endpoint or "",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": lesson.target.region,
        "TF_CLI_CONFIG_FILE": str(cli_config(folder)),
        "CHECKPOINT_DISABLE": "1",
    }


def _remove(made: Sandbox) -> None:
    if made.state_file.exists():
        made.destroy()
    shutil.rmtree(made.folder)


def _differences(change: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The arguments that an update or a replacement changes, but for those known only later."""
    before, after = change["before"] or {}, change["after"] or {}
    if not before or not after:
        return {}
    return {
        name: (before.get(name), after[name]) for name in after if after[name] != before.get(name)
    }


def _message(stderr: str) -> str:
    """Terraform's error without the frame that it draws for a terminal."""
    lines = (line.strip("│╷╵ ") for line in stderr.splitlines())
    return "\n".join(line for line in lines if line)

"""A Terraform configuration for the learner, separate from the checkout's."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path

from lab.console.drawing.shown import AMBER, GREEN, RED, Box, Shown, show, typed
from lab.core import child_processes, kept_copies, paths
from lab.core.errors import LabError
from lab.deploy.terraform import provider
from lab.deploy.terraform.shared_provider import shared_provider
from lab.lessons.lesson import Lesson

VERSIONS = """\
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.100" }
  }
}
"""
QUIETLY = ("-no-color", "-input=false")
SOON = {"Delay": 1, "MaxAttempts": 60}


ACTIONS = {
    "will be created": "create",
    "will be updated in-place": "change",
    "must be replaced": "replace",
    "will be destroyed": "destroy",
}
CHANGE = re.compile(rf"^  # (\S+) ({'|'.join(ACTIONS)})$", re.MULTILINE)
SIGNS = {"+": GREEN, "-": RED, "~": AMBER}


@dataclass(frozen=True, repr=False)
class Plan(Shown):
    """The output of `terraform plan`, and the state before it."""

    said: str
    state: str = "{}"

    @property
    def actions(self) -> dict[str, str]:
        """The action for each address: create, change, replace or destroy."""
        return {address: ACTIONS[words] for address, words in CHANGE.findall(self.said)}

    def value(self, argument: str) -> str:
        """The value of an argument after the apply, in Terraform's notation; empty if none."""
        changed = re.search(rf"[~+] {argument}\s+= (?:.* -> )?(\S+)", self.said)
        kept = re.search(rf'"{argument}":\s*([^\s,}}\]]+)', self.state)
        match = changed or kept
        return match[1] if match else ""

    def html(self) -> str:
        """The changes, coloured by their signs."""
        lines = "".join(map(_line, self.text().splitlines()))
        return typed(lines)

    def text(self) -> str:
        """The changes as text; one line if there is none."""
        match = CHANGE.search(self.said)
        if not match:
            return "No changes. What is there is what the configuration says."
        return self.said[match.start() : self.said.index("\nPlan:")].rstrip() + "\n"


def _line(line: str) -> str:
    colour = SIGNS.get(line.strip()[:1])
    style = f' style="color:{colour}"' if colour else ""
    return f"<div{style}>{escape(line) or ' '}</div>"


@dataclass
class Sandbox:
    """A folder with a `main.tf` and the modules of the checkout."""

    folder: Path
    variables: Mapping[str, str]
    _sources: Sequence[str] = ()
    _written: str = ""

    def write(self, configuration: str) -> None:
        """Replaces `main.tf`. Raises LabError with Terraform's message if it is invalid.

        Keeps a file that was changed in an editor, and shows its new path.
        """
        main = self.folder / "main.tf"
        if main.exists() and main.read_text() != self._written:
            _keep(main)
        main.write_text(configuration)
        self._written = configuration
        sources = re.findall(r"^\s*source\s*=.*$", configuration, re.MULTILINE)
        if sources != self._sources:
            self._run("init", *QUIETLY)
            self._sources = sources

    def plan(self) -> Plan:
        """Runs a plan. Raises LabError if Terraform rejects the configuration."""
        state = self.state_file.read_text() if self.state_file.exists() else "{}"
        return Plan(self._run("plan", *QUIETLY), state)

    def apply(self) -> str:
        """Applies the configuration, and returns Terraform's summary line."""
        output = self._run("apply", "-auto-approve", *QUIETLY)
        return next(line for line in output.splitlines() if line.startswith("Apply complete"))

    def discard(self) -> None:
        """Removes the folder. Keeps changed files, and shows their new paths."""
        expected = {"main.tf": self._written, "versions.tf": VERSIONS}
        for file in self.folder.glob("*"):
            if _is_learners_file(file) and expected.get(file.name) != file.read_text(
                errors="replace"
            ):
                _keep(file)
        shutil.rmtree(self.folder)

    @property
    def state_file(self) -> Path:
        """Terraform's state file. It exists after the first apply."""
        return self.folder / "terraform.tfstate"

    def _run(self, *arguments: str) -> str:
        with shared_provider(arguments[0], self.folder, self.variables) as shared:
            result = child_processes.run(
                ["terraform", *arguments],
                {**self.variables, **shared.variables},
                cwd=self.folder,
                capture_output=True,
                check=False,
            )
        if result.returncode:
            raise LabError(_message(result.stderr), "Terraform says what is wrong, and where.")
        return result.stdout


def sandbox(lesson: Lesson, *tables: str) -> Sandbox:
    """Creates an empty sandbox on the lesson's emulator.

    `tables` are the tables that it will create: `lesson.restore()` deletes them, or the next
    sandbox if that was not called.
    """
    _delete(lesson, tables)
    (paths.home() / "sandboxes").mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="lesson-", dir=paths.home() / "sandboxes"))
    (folder / "modules").symlink_to(paths.TERRAFORM / "modules")
    (folder / "versions.tf").write_text(VERSIONS)
    lock = paths.TERRAFORM / "environments" / "dev" / ".terraform.lock.hcl"
    shutil.copyfile(lock, folder / lock.name)
    new_sandbox = Sandbox(folder, _variables(lesson, folder))
    lesson.later(lambda: _delete(lesson, tables))
    lesson.later(new_sandbox.discard)
    return new_sandbox


def _is_learners_file(file: Path) -> bool:
    """Whether a file is the learner's, not Terraform's state, lock or settings."""
    is_terraforms = file.name.startswith(".") or ".tfstate" in file.name or file.name == "cli.tfrc"
    return file.is_file() and not is_terraforms


def _keep(file: Path) -> None:
    kept = kept_copies.put_aside(file, kept_copies.folder_of("sandboxes"))
    show(Box(f"You have changed {file.name} in the sandbox.", (f"It is kept: {kept}",), AMBER))


def _delete(lesson: Lesson, tables: Iterable[str]) -> None:
    """Deletes the existing tables, even if they are protected."""
    dynamodb = lesson.client("dynamodb")
    for table in tables:
        with suppress(dynamodb.exceptions.ResourceNotFoundException):
            dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
            dynamodb.delete_table(TableName=table)
            dynamodb.get_waiter("table_not_exists").wait(TableName=table, WaiterConfig=SOON)


def _variables(lesson: Lesson, folder: Path) -> dict[str, str]:
    target = lesson.target
    settings = child_processes.on_emulator(target.endpoint or "", "test", target.region)
    return settings | provider.variables(folder)


def _message(stderr: str) -> str:
    """Terraform's error without its terminal frame."""
    lines = (line.strip("│╷╵ ") for line in stderr.splitlines())
    return "\n".join(line for line in lines if line)

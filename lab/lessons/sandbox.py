"""A Terraform configuration of the learner's own, beside the checkout's, on the same emulator."""

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
    """What an apply would do, in Terraform's own words, and the state that it begins with."""

    said: str
    state: str = "{}"

    @property
    def actions(self) -> dict[str, str]:
        """By address, what becomes of a resource: create, change, replace or destroy."""
        return {address: ACTIONS[words] for address, words in CHANGE.findall(self.said)}

    def value(self, argument: str) -> str:
        """What an argument is after the apply, as Terraform writes it; empty if nothing has it."""
        changed = re.search(rf"[~+] {argument}\s+= (?:.* -> )?(\S+)", self.said)
        kept = re.search(rf'"{argument}":\s*([^\s,}}\]]+)', self.state)
        found = changed or kept
        return found[1] if found else ""

    def html(self) -> str:
        """The changes, with a colour for each sign."""
        lines = "".join(map(_line, self.text().splitlines()))
        return typed(lines)

    def text(self) -> str:
        """From the first change on; one line if there is none."""
        found = CHANGE.search(self.said)
        if not found:
            return "No changes. What is there is what the configuration says."
        return self.said[found.start() : self.said.index("\nPlan:")].rstrip() + "\n"


def _line(line: str) -> str:
    colour = SIGNS.get(line.strip()[:1])
    style = f' style="color:{colour}"' if colour else ""
    return f"<div{style}>{escape(line) or ' '}</div>"


@dataclass
class Sandbox:
    """A folder with one `main.tf`, and Terraform in it. Its modules are those of the checkout."""

    folder: Path
    variables: Mapping[str, str]
    _sources: Sequence[str] = ()
    _written: str = ""

    def write(self, configuration: str) -> None:
        """Replaces `main.tf`. Raises LabError with Terraform's words if it cannot be read.

        One that somebody changed in an editor is kept, and it is said where.
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
        """What an apply would do. Raises LabError if the configuration is refused."""
        state = self.state_file.read_text() if self.state_file.exists() else "{}"
        return Plan(self._run("plan", *QUIETLY), state)

    def apply(self) -> str:
        """Makes it so; gives Terraform's last line, which counts what it did."""
        said = self._run("apply", "-auto-approve", *QUIETLY)
        return next(line for line in said.splitlines() if line.startswith("Apply complete"))

    def discard(self) -> None:
        """Removes the folder. What somebody wrote into it is kept, and it is said where."""
        made = {"main.tf": self._written, "versions.tf": VERSIONS}
        for file in self.folder.glob("*"):
            if _is_written(file) and made.get(file.name) != file.read_text(errors="replace"):
                _keep(file)
        shutil.rmtree(self.folder)

    @property
    def state_file(self) -> Path:
        """Terraform's memory. It exists after the first apply."""
        return self.folder / "terraform.tfstate"

    def _run(self, *arguments: str) -> str:
        command = ["terraform", *arguments]
        ended = child_processes.run(
            command, self.variables, cwd=self.folder, capture_output=True, check=False
        )
        if ended.returncode:
            raise LabError(_message(ended.stderr), "Terraform says what is wrong, and where.")
        return ended.stdout


def sandbox(lesson: Lesson, *tables: str) -> Sandbox:
    """An empty sandbox on the lesson's emulator.

    `tables` are those that are made in it: `lesson.restore()` deletes them, and so does the next
    sandbox if that was never called.
    """
    _delete(lesson, tables)
    (paths.home() / "sandboxes").mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="lesson-", dir=paths.home() / "sandboxes"))
    (folder / "modules").symlink_to(paths.TERRAFORM / "modules")
    (folder / "versions.tf").write_text(VERSIONS)
    lock = paths.TERRAFORM / "environments" / "dev" / ".terraform.lock.hcl"
    shutil.copyfile(lock, folder / lock.name)
    made = Sandbox(folder, _variables(lesson, folder))
    lesson.later(lambda: _delete(lesson, tables))
    lesson.later(made.discard)
    return made


def _is_written(file: Path) -> bool:
    """Whether it is a file of somebody's: Terraform's own are its state, lock and settings."""
    theirs = file.name.startswith(".") or ".tfstate" in file.name or file.name == "cli.tfrc"
    return file.is_file() and not theirs


def _keep(file: Path) -> None:
    kept = kept_copies.put_aside(file, kept_copies.folder_of("sandboxes"))
    show(Box(f"You have changed {file.name} in the sandbox.", (f"It is kept: {kept}",), AMBER))


def _delete(lesson: Lesson, tables: Iterable[str]) -> None:
    """Deletes tables that are there, protected or not."""
    dynamodb = lesson.client("dynamodb")
    for table in tables:
        with suppress(dynamodb.exceptions.ResourceNotFoundException):
            dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
            dynamodb.delete_table(TableName=table)
            dynamodb.get_waiter("table_not_exists").wait(TableName=table, WaiterConfig=SOON)


def _variables(lesson: Lesson, folder: Path) -> dict[str, str]:
    target = lesson.target
    ours = child_processes.on_emulator(target.endpoint or "", "test", target.region)
    return ours | provider.variables(folder)


def _message(stderr: str) -> str:
    """Terraform's error without the frame that it draws for a terminal."""
    lines = (line.strip("│╷╵ ") for line in stderr.splitlines())
    return "\n".join(line for line in lines if line)

"""`python -m conformance.stacks --report FILE`: deploys public samples, looks, and removes them.

It runs in a folder that has `owner/name` of each repository, with a Python that has botocore and
with `aws` beside it. It writes a report in JUnit's form: four tests for each stack of
`stack_lists`.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from conformance import stack_providers, stack_resources

LISTS = Path(__file__).parent / "stack_lists"
# Samples pin other versions of Terraform and the provider, some in a lock file, keep their state in
# a bucket, and name a profile of their author's.
_VERSION = """\
terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}
"""
_BACKEND = """
terraform {
  backend "local" {}
}
"""
_PROVIDER = """
provider "aws" {
  profile = null
  region  = "us-east-1"
}
"""
# AWS creates no functions for the old ones, and this version of the provider does not know the new.
_OTHER_RUNTIME = re.compile(r'"python3\.(?:[678]|14)"')
_RUNTIME = '"python3.13"'
# The provider without an alias: Terraform overrides none that is not there.
_HAS_PROVIDER = re.compile(r'^\s*provider\s+"aws"\s*\{(?![^}]*\balias\b)', re.MULTILINE)
_TERRAFORM_TIMEOUT = 300.0
_SEEN_WITHIN = 130.0
_NOTHING_TO_CHANGE = 0


@dataclass(frozen=True)
class Stack:
    """A sample: `does` is a script that uses it, and `sees` one whose output says that it works."""

    name: str
    repository: str
    commit: str
    # Below the repository's, and of the module that is applied.
    folder: str
    sees: str
    contains: str
    does: str
    variables: dict[str, str] = field(default_factory=dict)
    # Other folders below the repository's that the module takes files or modules from.
    reads: tuple[str, ...] = ()
    # A script before the first step, and one before the last: what a reader does by hand.
    prepares: str = ""
    cleans: str = ""
    # Blocks in Terraform's language for what this project's version of the provider does not have.
    override: str = ""

    @staticmethod
    def place_of(repository: str) -> str:
        """The owner and the name of a repository, from its address."""
        return "/".join(repository.split("/")[-2:])

    @property
    def place(self) -> str:
        """The folder of the module, below that of all repositories."""
        return self.places[0]

    @property
    def places(self) -> tuple[str, ...]:
        """The folder of the module and those that it reads, below that of all repositories."""
        repository = self.place_of(self.repository)
        return tuple(f"{repository}/{folder}" for folder in (self.folder, *self.reads))


class StepError(Exception):
    """A step that failed, with the end of its output."""


@dataclass(frozen=True)
class LeftOut:
    """A sample that was chosen, and cannot be deployed: why."""

    sample: str
    because: str


def read(folder: Path = LISTS) -> list[Stack]:
    """The stacks of all lists."""
    return [
        Stack(repository=repository["address"], commit=repository["commit"], **stack)
        for entries in _lists(folder)
        for repository in entries["repository"]
        for stack in repository["stack"]
    ]


def left_out(folder: Path = LISTS) -> list[LeftOut]:
    """What the lists say of samples that are not deployed."""
    return [LeftOut(**entry) for entries in _lists(folder) for entry in entries.get("left_out", [])]


def _lists(folder: Path) -> list[dict[str, Any]]:
    return [tomllib.loads(path.read_text()) for path in sorted(folder.glob("*.toml"))]


def results(stack: Stack, folder: Path) -> Iterator[tuple[str, str | None]]:
    """Each step of a stack with what went wrong in it; without the first, only the last runs."""
    before = stack_resources.existing()
    failure = _failure(lambda: _apply(stack, folder))
    yield "is applied", failure
    if failure is None:
        yield "has nothing to change in a second plan", _failure(lambda: _plan(folder))
        yield "does what it says", _failure(lambda: _use(stack, folder))
    yield "is destroyed", _failure(lambda: _destroy(stack, folder, before))


def _adapt(stack: Stack, folder: Path) -> None:
    for file in folder.rglob("*.tf"):
        file.write_text(_OTHER_RUNTIME.sub(_RUNTIME, file.read_text()))
    stack_providers.replace(folder, stack.variables)
    for module in {file.parent for file in folder.rglob("*.tf")}:
        sources = "\n".join(file.read_text() for file in module.glob("*.tf"))
        provider = _PROVIDER if _HAS_PROVIDER.search(sources) else ""
        more = _BACKEND + stack.override if module == folder else ""
        (module / "conformance_override.tf").write_text(_VERSION + provider + more)
    (folder / ".terraform.lock.hcl").unlink(missing_ok=True)
    (folder / "conformance.auto.tfvars.json").write_text(json.dumps(stack.variables))


def _failure(step: Callable[[], None]) -> str | None:
    try:
        step()
    except (StepError, ValueError) as error:
        return str(error)
    return None


def _apply(stack: Stack, folder: Path) -> None:
    _run(["sh", "-ec", stack.prepares], folder)
    _adapt(stack, folder)
    _terraform(folder, "init")
    _terraform(folder, "apply", "-auto-approve")


def _plan(folder: Path) -> None:
    _terraform(folder, "plan", "-detailed-exitcode")


def _use(stack: Stack, folder: Path) -> None:
    _run(["sh", "-ec", stack.does], folder)
    deadline = time.monotonic() + _SEEN_WITHIN
    while stack.contains not in (output := _run(["sh", "-ec", stack.sees], folder)):
        if time.monotonic() > deadline:
            raise StepError(f"{stack.contains!r} was not seen: {output[-1_000:]}")
        time.sleep(1)


def _destroy(stack: Stack, folder: Path, before: set[str]) -> None:
    _run(["sh", "-ec", stack.cleans], folder)
    _terraform(folder, "destroy", "-auto-approve")
    if left := stack_resources.existing() - before:
        raise StepError(f"There is left: {', '.join(sorted(left))}")


def _terraform(folder: Path, *arguments: str) -> None:
    _run(["terraform", *arguments, "-input=false", "-no-color"], folder)


def _run(command: list[str], folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    try:
        ended = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | {"PATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TERRAFORM_TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        raise StepError(f"{' '.join(command)} did not end.") from None
    sys.stdout.write(ended.stdout + ended.stderr)
    sys.stdout.flush()
    if ended.returncode != _NOTHING_TO_CHANGE:
        words = (ended.stderr or ended.stdout).strip()
        raise StepError(f"{' '.join(command)} ended with {ended.returncode}: {words[-1_000:]}")
    return ended.stdout


def main() -> int:
    """Runs all stacks that are there, and says by its code whether one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--only", default="", help="the names of stacks, with commas between")
    arguments = parser.parse_args()
    only = [name for name in arguments.only.split(",") if name]
    suite = ElementTree.Element("testsuite", name="stacks")
    for stack in [stack for stack in read() if not only or stack.name in only]:
        for test, failure in results(stack, Path.cwd() / stack.place):
            case = ElementTree.SubElement(suite, "testcase", classname=stack.name, name=test)
            if failure is not None:
                ElementTree.SubElement(case, "failure", message=failure)
    ElementTree.ElementTree(suite).write(arguments.report)
    return int(suite.find("*/failure") is not None)


if __name__ == "__main__":
    sys.exit(main())

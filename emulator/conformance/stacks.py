"""`python stacks.py --report FILE`: deploys public Terraform samples, looks, and removes them.

It runs in a checkout of their repository, with any Python and with `aws` beside it, and writes a
report in JUnit's form: four tests for each stack of `stacks.toml` whose folder is there.
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
from xml.etree import ElementTree

STACKS = Path(__file__).parent / "stacks.toml"
# Samples pin other versions of the provider, and name a profile of their author's.
_VERSION = """\
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}
"""
_PROVIDER = """
provider "aws" {
  profile = null
  region  = "us-east-1"
}
"""
_HAS_PROVIDER = re.compile(r'^\s*provider\s+"aws"', re.MULTILINE)
_TERRAFORM_TIMEOUT = 300.0
_SEEN_WITHIN = 60.0
_NOTHING_TO_CHANGE = 0


@dataclass(frozen=True)
class Stack:
    """A sample: `does` is a script that uses it, and `sees` one whose output says that it works."""

    name: str
    repository: str
    commit: str
    folder: str
    sees: str
    contains: str
    does: str
    variables: dict[str, str] = field(default_factory=dict)


class StepError(Exception):
    """A step that failed, with the end of its output."""


def read(path: Path = STACKS) -> list[Stack]:
    """The stacks of the list."""
    return [Stack(**entry) for entry in tomllib.loads(path.read_text())["stack"]]


def results(stack: Stack, folder: Path) -> Iterator[tuple[str, str | None]]:
    """Each step of a stack with what went wrong in it; without the first, only the last runs."""
    _adapt(stack, folder)
    failure = _failure(lambda: _apply(folder))
    yield "is applied", failure
    if failure is None:
        yield "has nothing to change in a second plan", _failure(lambda: _plan(folder))
        yield "does what it says", _failure(lambda: _use(stack, folder))
    yield "is destroyed", _failure(lambda: _terraform(folder, "destroy", "-auto-approve"))


def _adapt(stack: Stack, folder: Path) -> None:
    sources = "\n".join(file.read_text() for file in folder.glob("*.tf"))
    provider = _PROVIDER if _HAS_PROVIDER.search(sources) else ""
    (folder / "conformance_override.tf").write_text(_VERSION + provider)
    (folder / "conformance.auto.tfvars.json").write_text(json.dumps(stack.variables))


def _failure(step: Callable[[], None]) -> str | None:
    try:
        step()
    except StepError as error:
        return str(error)
    return None


def _apply(folder: Path) -> None:
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
    arguments = parser.parse_args()
    suite = ElementTree.Element("testsuite", name="stacks")
    for stack in read():
        folder = Path.cwd() / stack.folder
        for test, failure in results(stack, folder) if folder.is_dir() else ():
            case = ElementTree.SubElement(suite, "testcase", classname=stack.name, name=test)
            if failure is not None:
                ElementTree.SubElement(case, "failure", message=failure)
    ElementTree.ElementTree(suite).write(arguments.report)
    return int(suite.find("*/failure") is not None)


if __name__ == "__main__":
    sys.exit(main())

"""The lock of Terraform's folder, and the Terraform that a killed `lab` has left."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from lab.core.errors import LabError
from lab.core.progress import ignore
from lab.deploy import terraform_lock

# Takes the lock, starts a program that inherits it, prints its number, and is killed.
KILLED_LAB = """
import os, subprocess, sys
from pathlib import Path
from lab.deploy import terraform_lock

home, program = map(Path, sys.argv[1:])
with terraform_lock.held(home) as lock:
    print(subprocess.Popen([program, "60"], cwd=home, pass_fds=[lock], stdout=2).pid, flush=True)
    os.kill(os.getpid(), 9)
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "terraform"
    home.mkdir()
    return home


@pytest.fixture
def terraform(tmp_path: Path) -> Path:
    """A program of this name that goes on for a minute."""
    program = tmp_path / "bin" / "terraform"
    program.parent.mkdir()
    shutil.copy(shutil.which("sleep") or "", program)
    return program


@pytest.fixture
def left(home: Path, terraform: Path) -> Iterator[psutil.Process]:
    """The Terraform that a killed lab has left."""
    command = [sys.executable, "-c", KILLED_LAB, home, terraform]
    killed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    process = psutil.Process(int(killed.stdout))
    yield process
    with suppress(psutil.NoSuchProcess):
        process.kill()


def test_a_second_run_is_refused(home: Path) -> None:
    refused = pytest.raises(LabError, match="is running in")
    with terraform_lock.held(home), refused, terraform_lock.held(home):
        pass
    with terraform_lock.held(home):
        pass


def test_the_terraform_of_a_killed_lab_holds_the_lock_and_is_named(
    home: Path, left: psutil.Process
) -> None:
    refused = pytest.raises(LabError, match=f"process {left.pid}, whose `lab` was killed")
    with refused as error, terraform_lock.held(home):
        pass
    assert "lab down && lab up" in error.value.hint


def test_the_terraform_of_a_killed_lab_is_ended(home: Path, left: psutil.Process) -> None:
    said: list[str] = []

    terraform_lock.end_left_over(home, said.append)

    assert not terraform_lock.running(home)
    assert "waiting until the Terraform of a killed lab" in said[0]
    with terraform_lock.held(home):
        pass


def test_the_terraform_of_a_lab_that_is_alive_is_left_alone(home: Path, terraform: Path) -> None:
    with terraform_lock.held(home) as lock:
        working = subprocess.Popen([terraform, "60"], cwd=home, pass_fds=[lock])
        try:
            terraform_lock.end_left_over(home, ignore)
            assert working.poll() is None
        finally:
            working.kill()
            working.wait()


@pytest.mark.parametrize("written", ["", "{", "[]", '{"pid": "x", "created": 1}'])
def test_a_lock_that_does_not_say_whose_it_is_ends_nothing(
    home: Path, left: psutil.Process, written: str
) -> None:
    (home / "lock").write_text(written)

    terraform_lock.end_left_over(home, ignore)

    assert left.is_running()


def test_where_nothing_was_deployed_nothing_is_made(tmp_path: Path) -> None:
    terraform_lock.end_left_over(tmp_path / "none", ignore)

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("begun", "environment", "finished"),
    [
        (None, "dev", True),
        ("http://localhost:4566", "dev", False),
        ("http://127.0.0.1:4566", "dev", False),
        ("http://localhost:4567", "dev", True),
        ("http://localhost:4566", "staging", True),
    ],
)
def test_a_deploy_that_has_not_finished_is_known(
    home: Path, begun: str | None, environment: str, finished: bool
) -> None:
    if begun:
        terraform_lock.unfinished(home, environment).write_text(begun)

    assert terraform_lock.has_finished(home, "dev", "http://localhost:4566") is finished

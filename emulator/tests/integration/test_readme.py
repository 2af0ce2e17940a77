"""README.md's commands, in other projects than this one: one of Terraform, one of pytest."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from localstack_host.host import ports
from tests.integration import provider_mirror
from tests.integration.conftest import zipped
from tests.integration.waiting import wait_for

pytestmark = pytest.mark.exhaustive

README = (Path(__file__).parents[2] / "README.md").read_text()
BIN = Path(sys.executable).parent
TIMEOUT_S = 240
PROJECT = """
resource "aws_dynamodb_table" "orders" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
}
resource "aws_iam_role" "hello" {
  name               = "hello"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect    = "Allow"
    Action    = "sts:AssumeRole"
    Principal = { Service = "lambda.amazonaws.com" }
  }] })
}
resource "aws_lambda_function" "hello" {
  function_name = "hello"
  role          = aws_iam_role.hello.arn
  runtime       = "python3.13"
  handler       = "app.handle"
  filename      = "app.zip"
}
resource "aws_lambda_invocation" "hello" {
  function_name = aws_lambda_function.hello.function_name
  input         = "{}"
}
output "answer" {
  value = aws_lambda_invocation.hello.result
}
"""


def examples(section: str, language: str) -> list[str]:
    """The code blocks of a section, in its order."""
    text = README.partition(f"## {section}\n")[2].partition("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


class Shell:
    """A folder and an environment such as a user's, with this package's commands on the PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = str(ports.any_free())
        kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        self.variables = kept | {
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "LOCALSTACK_HOST_HOME": str(folder / "home"),
        }

    def run(self, commands: str) -> str:
        """What the commands print; fails where one of them does."""
        ended = subprocess.run(
            ["sh", "-euc", commands.replace("4566", self.port)],
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def use_a_provider_on_the_disk(self) -> None:
        """Terraform fetches nothing where a mirror of its registry lies in a folder below /opt."""
        self.variables |= provider_mirror.variables(self.folder)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    shell = Shell(tmp_path)
    yield shell
    shell.run("localstack-host stop")


def test_the_three_commands(shell: Shell) -> None:
    (commands,) = examples("Start, status, stop", "sh")
    printed = shell.run(commands)
    assert f"LocalStack runs at http://localhost:{shell.port}" in printed
    assert printed.endswith("Stopped.\n")
    assert not json.loads(shell.run("localstack-host status --json"))["running"]


def test_a_state_is_saved_restored_and_handed_over(shell: Shell) -> None:
    (commands,) = examples("State", "sh")
    printed = shell.run(commands)
    assert "It has the state of " in printed
    assert "Imported before.tar.gz" in printed
    about = json.loads((shell.folder / "of-a-colleague" / "about.json").read_text())
    assert about["localstack"] == "4.14.0"


@pytest.mark.skipif(not shutil.which("terraform"), reason="Terraform is not installed")
def test_a_terraform_project(shell: Shell) -> None:
    (shell.folder / "main.tf").write_text(PROJECT)
    shell.use_a_provider_on_the_disk()
    source = "def handle(event, context):\n    return 'from a process'\n"
    (shell.folder / "app.zip").write_bytes(zipped({"app.py": source}))
    (commands,) = examples("A Terraform project", "sh")
    printed = shell.run(commands)
    assert "Apply complete! Resources: 4 added" in printed
    assert "from a process" in printed
    assert "Destroy complete! Resources: 4 destroyed" in printed


@pytest.fixture
def project(shell: Shell) -> Shell:
    """A project of somebody else's, with README.md's test in it."""
    (example,) = examples("A pytest project", "python")
    (shell.folder / "pytest.ini").write_text("[pytest]\n")
    (shell.folder / "test_shop.py").write_text(example)
    return shell


def test_a_pytest_project(project: Shell) -> None:
    (commands,) = examples("A pytest project", "sh")
    assert "1 passed" in project.run(commands)
    assert not (project.folder / "home").exists()  # the session's emulator has a home of its own


SEEN = """
import json, os, pathlib
import pytest

@pytest.mark.parametrize("number", range(4))
def test_is_seen(localstack, number):
    worker = os.environ.get("PYTEST_XDIST_WORKER", "none")
    with pathlib.Path("seen").open("a") as seen:
        seen.write(json.dumps([worker, localstack, os.environ["AWS_ENDPOINT_URL"]]) + "\\n")
"""
HANGING = """
import os, pathlib, time

def test_hangs(localstack):
    pathlib.Path("seen").write_text(localstack)
    time.sleep(600)
"""


def seen(shell: Shell) -> list[list[str]]:
    return [json.loads(line) for line in (shell.folder / "seen").read_text().splitlines()]


def test_a_session_has_one_emulator_that_ends_with_it(shell: Shell) -> None:
    (shell.folder / "test_seen.py").write_text(SEEN)
    shell.run("pytest")
    ((_, endpoint, variable),) = {tuple(one) for one in seen(shell)}
    assert variable == endpoint
    assert ports.is_free(int(endpoint.rpartition(":")[2]))


def test_an_endpoint_that_is_given_is_used(shell: Shell) -> None:
    (shell.folder / "test_seen.py").write_text(SEEN)
    shell.run("AWS_ENDPOINT_URL=http://localhost:9 pytest")
    assert {one[1] for one in seen(shell)} == {"http://localhost:9"}


def test_each_worker_of_xdist_has_an_emulator_of_its_own(shell: Shell) -> None:
    (shell.folder / "test_seen.py").write_text(SEEN)
    shell.run("pytest -n 2")
    found = {tuple(one) for one in seen(shell)}
    assert len({worker for worker, *_ in found}) == len({url for _, url, _ in found}) == 2
    assert all(ports.is_free(int(url.rpartition(":")[2])) for _, url, _ in found)


def test_a_session_that_is_killed_leaves_no_emulator(shell: Shell) -> None:
    (shell.folder / "test_hangs.py").write_text(HANGING)
    session = psutil.Popen([BIN / "pytest", "-q"], cwd=shell.folder, env=shell.variables)
    file = shell.folder / "seen"
    try:
        wait_for(lambda: file.exists() and file.read_text(), "the test has not begun", 60)
    finally:
        session.send_signal(signal.SIGKILL)
        session.wait()
    port = int(file.read_text().rpartition(":")[2])
    wait_for(lambda: ports.is_free(port), "the emulator runs on", 30)

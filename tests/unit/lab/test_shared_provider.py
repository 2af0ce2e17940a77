"""One process of Terraform's provider for a command: how it starts, and that it always ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from lab.deploy.terraform.shared_provider import NONE, shared_provider

SOON_S = 10.0
FOLDER = ".terraform/providers/registry.terraform.io/hashicorp/aws/5.100.0/linux_amd64"
SAID = '{"registry.terraform.io/hashicorp/aws":{"Protocol":"grpc","Pid":1,"Test":true}}'

WORDS = f"""Provider started. To attach Terraform CLI, set the variable TF_REATTACH_PROVIDERS:

\tCommand Prompt:\tset "TF_REATTACH_PROVIDERS={SAID}"
\tbash, zsh:\tTF_REATTACH_PROVIDERS='{SAID}'
"""

# Says what the real one says, and ends like it.
READY = f"""#!{sys.executable}
import json, os, signal, sys, time
from pathlib import Path

socket = Path(__file__).with_name("socket")
place = dict(pid=os.getpid(), folder=os.getcwd(), variables=dict(os.environ))
socket.write_text(json.dumps(dict(arguments=sys.argv[1:], **place)))
signal.signal(signal.SIGINT, lambda *_: socket.unlink() or sys.exit())
print({WORDS!r}, flush=True)
while True:
    time.sleep(1)
"""

# A lab that is killed while a Terraform of 30 s goes on.
LAB = """
import subprocess, sys, time
from pathlib import Path
from lab.deploy.terraform.shared_provider import shared_provider

with shared_provider("apply", Path(sys.argv[1]), {}) as shared:
    terraform = subprocess.Popen(["sleep", "30"], pass_fds=shared.descriptors)
    print(terraform.pid, flush=True)
    time.sleep(30)
"""


def soon(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SOON_S
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration after `init`."""
    return installed(tmp_path, READY)


@pytest.fixture
def socket(folder: Path) -> Path:
    """A file that exists while a provider runs, and after one that was killed."""
    return folder / FOLDER / "socket"


def installed(folder: Path, program: str) -> Path:
    file = folder / FOLDER / "terraform-provider-aws_v5.100.0_x5"
    file.parent.mkdir(parents=True)
    file.write_text(program)
    file.chmod(0o755)
    return folder


def running(socket: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(socket.read_text())
    return found


def test_terraform_is_told_of_the_provider_which_ends_with_the_command(
    folder: Path, socket: Path
) -> None:
    with shared_provider("apply", folder, {}) as shared:
        assert shared.variables == {"TF_REATTACH_PROVIDERS": SAID}
        pid = running(socket)["pid"]

    assert not psutil.pid_exists(pid)
    assert not socket.exists()


def test_it_runs_where_and_as_terraform_would_start_it(folder: Path, socket: Path) -> None:
    with shared_provider("apply", folder, {"AWS_REGION": "eu-west-1"}):
        found = running(socket)

    assert found["arguments"] == ["-debug"]
    assert found["folder"] == str(folder)
    assert found["variables"]["AWS_REGION"] == "eu-west-1"
    assert "HOME" not in found["variables"]


def test_it_is_that_of_terraform_s_data_directory(folder: Path) -> None:
    data = folder / "data"
    (folder / ".terraform").rename(data)

    with shared_provider("apply", folder, {"TF_DATA_DIR": str(data)}) as shared:
        assert shared.variables


def test_it_ends_when_the_command_fails(folder: Path, socket: Path) -> None:
    with pytest.raises(KeyboardInterrupt), shared_provider("plan", folder, {}):
        raise KeyboardInterrupt

    assert soon(lambda: not socket.exists())


def test_ctrl_c_is_for_terraform(folder: Path, socket: Path) -> None:
    with shared_provider("apply", folder, {}):
        assert os.getsid(running(socket)["pid"]) != os.getsid(0)


def test_after_a_killed_lab_it_runs_until_terraform_ends(folder: Path, socket: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LAB, folder], stdout=subprocess.PIPE, text=True
    ) as lab:
        assert lab.stdout
        terraform = int(lab.stdout.readline())
        lab.kill()
    time.sleep(0.3)
    assert socket.exists()

    os.kill(terraform, signal.SIGKILL)

    assert soon(lambda: not socket.exists())


@pytest.mark.parametrize("program", ["#!/bin/sh\nexit 1\n", "#!/nowhere\n", "neither\n"])
def test_without_one_that_starts_terraform_has_its_own(tmp_path: Path, program: str) -> None:
    with shared_provider("apply", installed(tmp_path, program), {}) as shared:
        assert shared.variables == {}


def test_before_the_first_init_there_is_none(tmp_path: Path) -> None:
    with shared_provider("plan", tmp_path, {}) as shared:
        assert shared is NONE


@pytest.mark.parametrize("command", ["init", "state", "force-unlock"])
def test_these_commands_have_no_shared_provider(folder: Path, socket: Path, command: str) -> None:
    with shared_provider(command, folder, {}) as shared:
        assert shared is NONE

    assert not socket.exists()

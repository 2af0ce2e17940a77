"""A deploy that is killed while it creates functions: the next one does the rest."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from lab.core import ports
from lab.deploy import terraform_lock
from tests.own_lab import PATIENCE_S, Lab
from tests.waiting import wait_for

pytestmark = [pytest.mark.exhaustive, pytest.mark.timeout(900)]

Kill = Callable[[Lab, "subprocess.Popen[str]"], None]
FUNCTIONS_CREATED = 2


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    lab = Lab(tmp_path / "home", ports.any_free())
    lab.run("up", "--port", str(lab.port))
    yield lab
    lab.run("down")


def functions(lab: Lab) -> list[str]:
    listed = lab.target.client("lambda").list_functions()["Functions"]
    return [function["FunctionName"] for function in listed]


def by_two_ctrl_c(_lab: Lab, deploying: subprocess.Popen[str]) -> None:
    os.killpg(deploying.pid, signal.SIGINT)
    time.sleep(1)
    os.killpg(deploying.pid, signal.SIGINT)


def tflocal(_lab: Lab, deploying: subprocess.Popen[str]) -> None:
    child = next(p for p in psutil.Process(deploying.pid).children() if "tflocal" in p.cmdline()[1])
    child.kill()


def the_lab(lab: Lab, deploying: subprocess.Popen[str]) -> None:
    deploying.kill()
    lab.run("down")
    assert not terraform_lock.running(lab.home / "terraform")
    lab.run("up", "--port", str(lab.port))


def emulator(lab: Lab, deploying: subprocess.Popen[str]) -> None:
    os.kill(json.loads((lab.home / "emulator.json").read_text())["pid"], signal.SIGKILL)
    deploying.wait(PATIENCE_S)
    lab.run("up", "--port", str(lab.port), "--fresh")


@pytest.mark.parametrize("kill", [by_two_ctrl_c, tflocal, the_lab, emulator])
def test_the_next_deploy_does_the_rest(lab: Lab, kill: Kill) -> None:
    deploying = lab.start("deploy", "--no-cache")
    wait_for(lambda: functions(lab)[FUNCTIONS_CREATED:], "no functions were created", PATIENCE_S)

    kill(lab, deploying)

    said, _ = deploying.communicate(timeout=PATIENCE_S)
    assert deploying.returncode != 0, said
    assert '"@level"' not in said
    assert kill is not emulator or "`lab up --fresh` starts an empty one" in said
    assert "dev is deployed" in lab.run("deploy", "--no-cache")
    lab.run("seed")
    assert lab.answer("checkout", "--customer", "ada")["order"]["status"] == "CONFIRMED"

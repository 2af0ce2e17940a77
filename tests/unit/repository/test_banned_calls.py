"""Nobody makes clients or starts programs by hand: ruff refuses it, with the place to go to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lab.core import paths

RUFF = Path(sys.executable).parent / "ruff"
CLIENTS, CHILDREN = "lab/core/clients.py", "lab/core/child_processes.py"
BY_HAND = {
    "a client": ("import boto3\nboto3.client('s3')\n", "Target.client"),
    "a client by another name": ("from boto3 import client as c\nc('s3')\n", "Target.client"),
    "a resource": ("import boto3\nboto3.resource('s3')\n", "Target.resource"),
    "a session": ("import boto3 as b\nb.Session()\n", CLIENTS),
    "a session of botocore": ("import botocore.session\nbotocore.session.Session()\n", CLIENTS),
    "a configuration": ("from botocore.config import Config\nConfig()\n", CLIENTS),
    "a request": ("import httpx\nhttpx.get('http://localhost')\n", CLIENTS),
    "an HTTP client": ("from httpx import Client\nClient()\n", CLIENTS),
    "requests": ("import requests\nrequests.get('http://localhost')\n", CLIENTS),
    "urllib": ("from urllib.request import urlopen\nurlopen('http://localhost')\n", CLIENTS),
    "a program": ("import subprocess\nsubprocess.run(['ls'], env={})\n", CHILDREN),
    "a program in the background": ("from subprocess import Popen\nPopen(['ls'])\n", CHILDREN),
    "a program of psutil's": ("import psutil\npsutil.Popen(['ls'])\n", CHILDREN),
    "a shell": ("import os\nos.system('ls')\n", CHILDREN),
    "a program by its name": ("import os\nos.spawnlp(0, 'ls', 'ls')\n", CHILDREN),
    "another program in its place": ("import os\nos.execve('/bin/ls', [], {})\n", CHILDREN),
}
ELSEWHERE = ("lab/cli/commands/shopping.py", "lab/new.py")


def refused(source: str, file: str) -> str:
    """What ruff's rule on banned calls says of a file with this source."""
    found = subprocess.run(
        [RUFF, "check", "--select", "TID251", "--no-cache", "--stdin-filename", file, "-"],
        input=source,
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout if found.returncode else ""


@pytest.mark.parametrize(("source", "said"), BY_HAND.values(), ids=BY_HAND)
def test_what_is_made_by_hand_is_refused_wherever_it_stands(source: str, said: str) -> None:
    for file in ELSEWHERE:
        found = refused(source, file)
        assert "TID251" in found, file
        assert said in found


def test_the_places_that_may_are_let() -> None:
    assert not refused(BY_HAND["a session"][0], CLIENTS)
    assert not refused(BY_HAND["a program"][0], CHILDREN)


def test_the_rule_is_on() -> None:
    """As `make lint` runs it: nothing but the configuration selects it."""
    found = subprocess.run(
        [RUFF, "check", "--no-cache", "--stdin-filename", "lab/new.py", "-"],
        input="import boto3\n\nboto3.client('s3')\n",
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "TID251" in found.stdout


def test_nobody_switches_it_off_by_a_comment() -> None:
    """But where a comment says why: the emulator's own processes, and tests."""
    silent = [
        f"{file.relative_to(paths.ROOT)}"
        for file in (paths.ROOT / "lab").rglob("*.py")
        if "noqa: TID251" in file.read_text()
    ]
    assert silent == []

"""What the README shows can be run as it stands."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import embedded_dynamodb
from embedded_dynamodb.settings import Settings

PACKAGE = Path(embedded_dynamodb.__file__).parent
EMULATOR = PACKAGE.parents[1]
README = (PACKAGE / "README.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
IN_PROCESS, SERVED, STATEMENTS, SETTINGS = (text for kind, text in BLOCKS if kind == "python")
SERVER, _BEHIND, SPEED = (text for kind, text in BLOCKS if kind == "console")


@pytest.fixture
def address() -> Iterator[str]:
    """The server of the README on a free port."""
    command = SERVER.split()
    assert command == ["python", "-m", "embedded_dynamodb", "--port", "8000"]
    arguments = [sys.executable, *command[1:-1], "0"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
        process.kill()


def test_the_engine_answers_in_a_process() -> None:
    names: dict[str, Any] = {}
    exec(IN_PROCESS + STATEMENTS, names)
    assert names["stored"]["Item"] == {"id": {"S": "1"}, "total": {"N": "25"}}
    assert names["selected"]["Items"] == [{"total": {"N": "40"}}]
    exec(SETTINGS, names)
    assert names["shown"]["stale_read_seconds"] == 0.5


def test_each_setting_is_described_with_its_default() -> None:
    rows = re.findall(r"^\| (`\w+`[^|]*) \| ([^|]*) \|", README, re.MULTILINE)
    described = {name: value for names, value in rows for name in re.findall(r"`(\w+)`", names)}
    assert described.keys() == Settings().as_dict().keys()
    for name, value in Settings().as_dict().items():
        shown = "false" if value is False else f"{value:,g}"
        assert shown in described[name].replace("and", "").split()


def test_the_server_answers_boto3(address: str) -> None:
    names: dict[str, Any] = {}
    exec(SERVED.replace("http://localhost:8000", address), names)
    assert names["names"] == []


def test_the_speed_is_measured_by_what_the_page_names() -> None:
    program, *arguments = SPEED.split()
    assert program == ".venv/bin/python"
    # Without a round, nothing is installed, and the table has its first lines only.
    done = subprocess.run(
        [sys.executable, *arguments, "--rounds", "0"],
        cwd=EMULATOR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout in README

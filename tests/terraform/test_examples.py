"""The examples: modules used from outside, as somebody would who has no shop."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab.core import paths
from tests.lanes import ALONE

pytestmark = pytest.mark.exhaustive

Run = Callable[..., subprocess.CompletedProcess[str]]

FOLDER = paths.TERRAFORM / "examples"
EXAMPLES = sorted(path.parent for path in FOLDER.glob("*/main.tf"))
MODULES = {path.parent.name for path in (paths.TERRAFORM / "modules").glob("*/main.tf")}
OF_THE_SHOP = {"checkout"}
"""What nobody uses alone: the environments are its examples."""


def used_by(example: Path) -> set[str]:
    text = (example / "main.tf").read_text()
    return set(re.findall(r'source = "\.\./\.\./modules/([\w-]+)"', text))


@ALONE
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_can_be_planned(terraform: Run, example: Path) -> None:
    folder = str(example.relative_to(paths.TERRAFORM))
    started = terraform(folder, "init", "-lockfile=readonly")
    assert started.returncode == 0, started.stderr

    ended = terraform(folder, "test")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"Success! [1-9]\d* passed", ended.stdout)


def test_every_module_that_can_be_used_alone_is_in_an_example() -> None:
    assert set().union(*map(used_by, EXAMPLES)) == MODULES - OF_THE_SHOP


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_says_what_it_is(example: Path) -> None:
    assert (example / "main.tf").read_text().startswith("# ")
    assert (example / "outputs.tf").is_file()


def message(number: int, **body: Any) -> dict[str, str]:
    return {"messageId": str(number), "body": json.dumps(body)}


def test_the_worker_gives_back_only_the_messages_that_failed() -> None:
    worker = runpy.run_path(str(FOLDER / "worker" / "src" / "worker.py"))
    records = [message(1, picture="a.png"), message(2), message(3, picture="b.png")]

    answer = worker["handle"]({"Records": records}, None)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}

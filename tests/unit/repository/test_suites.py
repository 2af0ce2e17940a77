"""`make test` and `make test-all` together run every test, and none of them twice."""

from __future__ import annotations

import re
import shlex

import pytest

from lab.core import paths

MAKEFILE = (paths.ROOT / "Makefile").read_text()
SELECTED = {"test": "not exhaustive", "test-all": "exhaustive"}


def runs_of(target: str) -> list[list[str]]:
    """The words of each command with which a target of the Makefile runs tests."""
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert found
    lines = found[1].splitlines()
    return [shlex.split(line) for line in lines if "PYTEST" in line or "EMULATOR_TESTS" in line]


@pytest.mark.parametrize("target", SELECTED)
def test_a_target_runs_both_projects_and_selects_by_the_mark_alone(target: str) -> None:
    for command in runs_of(target):
        assert command[command.index("-m") + 1] == SELECTED[target]
        assert not {"-k", "--deselect", "--ignore"} & set(command)
    assert len(runs_of(target)) == 2


def test_both_targets_run_the_same_suites() -> None:
    first, second = (
        [[word for word in command if word != SELECTED[target]] for command in runs_of(target)]
        for target in SELECTED
    )

    assert first == second


def test_the_project_s_own_run_is_both() -> None:
    commands = (paths.ROOT / ".ci" / "run").read_text().splitlines()

    assert [command for command in commands if command.startswith("make test")] == [
        "make test",
        "make test-all",
    ]

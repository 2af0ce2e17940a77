"""`lab doctor` invokes a function of the emulator, and leaves nothing there."""

from __future__ import annotations

import pytest

from lab.cli import function_check
from lab.core.target import Target


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> str:
    """Another account, in which no shop is deployed."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "345678901234")
    return "345678901234"


def left(endpoint: str) -> list[str]:
    """What the check has left."""
    target = Target("dev", endpoint)
    functions = target.client("lambda").list_functions()["Functions"]
    roles = target.client("iam").list_roles()["Roles"]
    names = [one["FunctionName"] for one in functions] + [one["RoleName"] for one in roles]
    return [name for name in names if name.startswith(function_check.NAME)]


@pytest.mark.usefixtures("elsewhere")
def test_functions_are_tried_where_no_shop_is(endpoint: str) -> None:
    result = function_check.run(endpoint)
    assert result.runs
    assert result.shop is None
    assert result.latest.milliseconds > 0
    assert left(endpoint) == []


@pytest.mark.usefixtures("elsewhere")
def test_a_function_that_cannot_run_is_told_in_words(
    endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(function_check, "ONE_LINE", "import os\nos._exit(7)\n")
    result = function_check.run(endpoint)
    assert not result.runs
    assert "Runtime exited" in result.latest.problem or "Runtime.Exit" in result.latest.problem
    assert left(endpoint) == []


def test_an_emulator_that_does_not_answer_is_told_in_words() -> None:
    result = function_check.run("http://localhost:1")
    assert not result.runs
    assert "localhost:1" in result.latest.problem

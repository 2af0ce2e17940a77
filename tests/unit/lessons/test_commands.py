"""`lab notebooks` and `lab progress`, as typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lab import cli
from lab.lessons import copies, jupyter, scores, setup


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    monkeypatch.delenv(scores.ELSEWHERE, raising=False)
    return tmp_path


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What JupyterLab is started with, by a lab that is always ready."""
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(setup, "ready", lambda say: None)
    monkeypatch.setattr(jupyter, "serve", lambda *given: calls.append(given))
    return calls


def test_progress_lists_every_lesson_with_what_was_passed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    scores.note("00.1")
    assert cli.run(["progress", "--json"]) == 0
    first = json.loads(capsys.readouterr().out)[0]
    assert (first["lesson"], first["passed"], first["done"]) == ("00_welcome", ["00.1"], False)
    assert cli.run(["progress"]) == 0
    assert "✔ ·" in capsys.readouterr().out


def test_notebooks_open_on_the_first_lesson_that_is_not_done(
    served: list[tuple[Any, ...]],
) -> None:
    assert cli.run(["notebooks", "--no-browser", "--port", "9000", "--", "--debug"]) == 0
    assert served == [(copies.folder(), "00_welcome.ipynb", 9000, False, ["--debug"])]
    assert (copies.folder() / "00_welcome.ipynb").exists()


def test_a_reset_says_where_the_old_copy_is(
    served: list[tuple[Any, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    cli.run(["notebooks"])
    assert cli.run(["notebooks", "--reset", "0"]) == 0
    said = capsys.readouterr().out
    (kept,) = copies.folder().glob("00_welcome.until-*.ipynb")
    assert kept.name in said.replace("\n", "")


def test_an_unknown_lesson_is_typed_wrong_and_nothing_is_started(
    served: list[tuple[Any, ...]],
) -> None:
    assert cli.run(["notebooks", "--reset", "99"]) == 2
    assert served == []


def test_jupyterlab_listens_on_this_machine_unless_told_otherwise() -> None:
    here = jupyter.command(Path("lessons"), 8888, True, "00_welcome.ipynb", [])
    assert "--ip=127.0.0.1" in here
    assert "--no-browser" not in here
    contained = jupyter.command(Path("lessons"), 8888, False, "00_welcome.ipynb", ["--ip=0.0.0.0"])
    assert [word for word in contained if word.startswith("--ip")] == ["--ip=0.0.0.0"]

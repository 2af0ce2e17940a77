"""`lab notebooks` and `lab progress`, as typed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from lab.cli import app
from lab.core import ports
from lab.lessons import copies, jupyter, scores, setup, workshop


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    monkeypatch.delenv(scores.PATH_VARIABLE, raising=False)
    monkeypatch.delenv(workshop.PATH_VARIABLE, raising=False)
    return tmp_path


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What JupyterLab is started with, by a lab that is always ready."""
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(setup, "ready", lambda on_progress: None)
    monkeypatch.setattr(jupyter, "serve", lambda *given: calls.append(given))
    return calls


def test_progress_lists_every_lesson_with_what_was_passed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    scores.note("00.1")
    assert app.run(["progress", "--json"]) == 0
    first = json.loads(capsys.readouterr().out)[0]
    assert (first["lesson"], first["passed"], first["done"]) == ("00_welcome", ["00.1"], False)
    assert app.run(["progress"]) == 0
    assert "✔ ·" in capsys.readouterr().out


def test_notebooks_open_on_the_first_lesson_that_is_not_done(
    served: list[tuple[Any, ...]],
) -> None:
    assert app.run(["notebooks", "--no-browser", "--port", "9000", "--", "--debug"]) == 0
    assert served == [(copies.folder(), "00_welcome.ipynb", 9000, False, ["--debug"])]
    assert (copies.folder() / "00_welcome.ipynb").exists()


def test_a_reset_says_where_the_old_copy_is_and_what_to_do_next(
    served: list[tuple[Any, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    app.run(["notebooks"])
    served.clear()
    assert app.run(["notebooks", "--reset", "0"]) == 0
    (kept,) = copies.folder().glob("00_welcome.until-*.ipynb")
    said = capsys.readouterr()
    assert str(kept) in said.out
    assert "lab notebooks" in said.err
    assert served == [], "a reset starts no JupyterLab"


def test_a_reset_of_the_capstone_renews_its_sources_and_keeps_the_old_ones(
    served: list[tuple[Any, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    app.run(["notebooks", "--reset", "14"])
    assert "until" not in capsys.readouterr().out, "there was nothing to keep"
    pricing = workshop.folder() / "checkout" / "domain" / "pricing.py"
    original = pricing.read_text()
    pricing.write_text("ANSWER = 42\n")

    assert app.run(["notebooks", "--reset", "14"]) == 0

    (kept,) = workshop.folder().parent.glob("functions.until-*")
    assert (kept / "checkout" / "domain" / "pricing.py").read_text() == "ANSWER = 42\n"
    assert str(kept) in capsys.readouterr().out
    assert pricing.read_text() == original


def test_a_reset_of_another_lesson_leaves_the_capstone_s_sources_alone(
    served: list[tuple[Any, ...]],
) -> None:
    app.run(["notebooks", "--reset", "14"])
    (workshop.folder() / "mine.py").write_text("ANSWER = 42\n")
    app.run(["notebooks", "--reset", "04"])
    assert (workshop.folder() / "mine.py").exists()


def test_a_jupyterlab_that_runs_is_shown_and_no_second_one_started(
    served: list[tuple[Any, ...]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = jupyter.Running("http://localhost:8888/", "a&token")
    monkeypatch.setattr(jupyter, "running", lambda folder: there)

    assert app.run(["notebooks", "--no-browser"]) == 0
    assert served == []
    address = "http://localhost:8888/lab/tree/00_welcome.ipynb?token=a%26token"
    assert address in capsys.readouterr().out
    app.run(["notebooks", "--reset", "04"])
    assert "Reload Notebook from Disk" in capsys.readouterr().err


def test_a_file_that_a_crashed_jupyterlab_left_is_no_running_one(home: Path) -> None:
    """Its process's number is another's meanwhile: ours."""
    told = {"pid": os.getpid(), "url": f"http://localhost:{ports.any_free()}/", "token": "t"}
    (home / "jupyter").mkdir()
    left = home / "jupyter" / f"jpserver-{os.getpid()}.json"
    left.write_text(json.dumps({**told, "root_dir": str(copies.folder())}))

    assert jupyter.running(copies.folder()) is None


def test_an_unknown_lesson_is_typed_wrong_and_nothing_is_started(
    served: list[tuple[Any, ...]],
) -> None:
    assert app.run(["notebooks", "--reset", "99"]) == 2
    assert served == []


def test_jupyterlab_listens_on_this_machine_unless_told_otherwise() -> None:
    here = jupyter.command(Path("lessons"), 8888, True, "00_welcome.ipynb", [])
    assert "--ip=127.0.0.1" in here
    assert "--no-browser" not in here
    contained = jupyter.command(Path("lessons"), 8888, False, "00_welcome.ipynb", ["--ip=0.0.0.0"])
    assert [word for word in contained if word.startswith("--ip")] == ["--ip=0.0.0.0"]

"""What the lab replaces is kept under a name of its own, and what is somebody else's is known."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

from lab.core import kept_copies, paths, ports
from lab.core.kept_copies import Written
from lab.emulator import process


class OneSecond(datetime):
    """A clock that stands."""

    @classmethod
    def now(cls, tz: object = None) -> OneSecond:
        return cls(2026, 11, 26, 23, 15)


def test_two_of_the_same_second_are_both_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_copies, "datetime", OneSecond)
    names = []
    for text in ("first", "second", "third"):
        (tmp_path / "04_stock.ipynb").write_text(text)
        names.append(kept_copies.put_aside(tmp_path / "04_stock.ipynb"))

    assert [name.read_text() for name in names if name] == ["first", "second", "third"]
    assert names[0] == tmp_path / "04_stock.until-20261126-231500.ipynb"
    assert not (tmp_path / "04_stock.ipynb").exists()


def test_a_folder_is_kept_whole_and_elsewhere_if_asked(tmp_path: Path) -> None:
    (tmp_path / "functions" / "checkout").mkdir(parents=True)
    (tmp_path / "functions" / "checkout" / "mine.py").write_text("ANSWER = 42")

    kept = kept_copies.put_aside(tmp_path / "functions", tmp_path / "kept" / "deep")

    assert kept
    assert kept.parent == tmp_path / "kept" / "deep"
    assert (kept / "checkout" / "mine.py").read_text() == "ANSWER = 42"


def test_where_nothing_is_nothing_is_kept(tmp_path: Path) -> None:
    assert kept_copies.put_aside(tmp_path / "nothing") is None


@pytest.mark.parametrize("record", [None, "{ half", "[]"])
def test_without_a_readable_record_every_file_may_be_somebody_s(
    tmp_path: Path, record: str | None
) -> None:
    (tmp_path / "main.tf").write_text("by whom?")
    if record is not None:
        (tmp_path / "record").write_text(record)

    written = Written(tmp_path, tmp_path / "record")

    assert written.by_others([tmp_path / "main.tf"]) == [tmp_path / "main.tf"]


def test_what_was_noted_is_the_lab_s_until_somebody_changes_it(tmp_path: Path) -> None:
    files = [tmp_path / "main.tf", tmp_path / "outputs.tf"]
    for file in files:
        file.write_text("by the lab")
    written = Written(tmp_path, tmp_path / "record")
    written.note(files)
    assert written.by_others(files) == []

    files[0].write_text("by somebody")

    assert written.by_others(files) == [files[0]]


def test_stopping_and_starting_the_emulator_leaves_a_learner_s_files_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    names = ("lessons/04_stock.ipynb", "lessons/workshop/functions/mine.py", "kept/sandboxes/a.tf")
    files = [paths.home() / name for name in (*names, "progress.json", "sandboxes/x/main.tf")]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("mine")

    process.start(ports.any_free(), owner=os.getpid())
    process.stop()

    assert [file.read_text() for file in files] == ["mine"] * len(files)

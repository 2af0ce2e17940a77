"""The learner's copies are without solutions, and what a learner wrote is never lost."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab.core import paths
from lab.core.errors import LabError
from lab.lessons import copies, notebook_files, scores
from lab.lessons.notebook_files import Book, source, tagged

POINTERS = "[the map](../docs/architecture.md), [code](../functions/checkout/task_runner.py)"


def cell(kind: str, text: str, *tags: str) -> dict[str, Any]:
    return {"cell_type": kind, "id": text[:4], "metadata": {"tags": [*tags]}, "source": [text]}


def a_lesson(*more: dict[str, Any]) -> dict[str, Any]:
    cells = [
        cell("markdown", f"# 04 · Stock\n\n{POINTERS}"),
        cell("code", "# Exercise 04.1\nanswer = ...", "exercise"),
        cell("code", "answer = 42", "solution"),
        cell("code", 'with lessons.check("04.1 The answer", answer):\n    pass', "check"),
    ]
    return {"cells": [*cells, *more], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Book:
    """The one lesson of a course, and a lab's home."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    lesson = Book(folder / "04_stock.ipynb")
    write(lesson, a_lesson())
    monkeypatch.setattr(notebook_files, "all_lessons", lambda folder=folder: [Book(lesson.path)])
    return Book(lesson.path)


def write(lesson: Book, content: dict[str, Any]) -> None:
    lesson.path.write_text(notebook_files.serialized(content), encoding="utf-8")


def copied(lesson: Book) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(copies.path_of(lesson).read_text())
    return content


def answer(lesson: Book, text: str) -> None:
    content = copied(lesson)
    content["cells"][1]["source"] = text
    copies.path_of(lesson).write_text(notebook_files.serialized(content))


def test_a_copy_has_the_exercise_and_not_the_solution(book: Book) -> None:
    assert copies.bring_up_to_date().made == ("04_stock",)
    cells = copied(book)["cells"]
    assert [tagged(c, "solution") for c in cells] == [False] * 3
    assert "answer = 42" not in json.dumps(cells)


def test_a_copy_s_links_lead_where_those_of_the_lesson_lead(book: Book) -> None:
    copies.bring_up_to_date()
    assert "](docs/architecture.md)" in source(copied(book)["cells"][0])
    pages = [place / "docs" / "architecture.md" for place in (copies.folder(), paths.ROOT)]
    assert pages[0].read_bytes() == pages[1].read_bytes()
    assert (copies.folder() / "functions").samefile(paths.FUNCTIONS)


def test_a_second_time_changes_nothing(book: Book) -> None:
    copies.bring_up_to_date()
    answer(book, "answer = 41")
    assert copies.bring_up_to_date() == copies.Copies((), (), ())
    assert copied(book)["cells"][1]["source"] == "answer = 41"


def test_a_changed_lesson_renews_a_copy_that_was_only_run(book: Book) -> None:
    copies.bring_up_to_date()
    content = copied(book)
    content["cells"][1] |= {"outputs": [{"output_type": "stream", "text": "!"}]}
    copies.path_of(book).write_text(json.dumps(content))
    write(book, a_lesson(cell("markdown", "One more page.")))
    done = copies.bring_up_to_date()
    assert done.renewed == ("04_stock",)
    assert source(copied(book)["cells"][-1]) == "One more page."
    assert ['"!"' in kept.read_text() for kept in done.kept] == [True], "what its cells showed"


def test_a_changed_lesson_leaves_a_learner_s_work_alone_and_says_so(book: Book) -> None:
    copies.bring_up_to_date()
    answer(book, "answer = 41")
    write(book, a_lesson(cell("markdown", "One more page.")))
    assert copies.bring_up_to_date().changed == ("04_stock",)
    assert copied(book)["cells"][1]["source"] == "answer = 41"
    assert copies.bring_up_to_date().changed == ("04_stock",), "it is said until it is reset"


def test_a_changed_solution_is_no_change_of_the_copy(book: Book) -> None:
    copies.bring_up_to_date()
    content = a_lesson()
    content["cells"][2]["source"] = ["answer = 6 * 7"]
    write(book, content)
    assert copies.bring_up_to_date() == copies.Copies((), (), ())


def test_a_reset_keeps_the_old_copy_and_forgets_its_checks(book: Book) -> None:
    copies.bring_up_to_date()
    answer(book, "answer = 41")
    scores.note("04.1")
    scores.note("05.1")
    (kept,) = copies.reset(book)
    assert "answer = 41" in kept.read_text()
    assert source(copied(book)["cells"][1]) == "# Exercise 04.1\nanswer = ..."
    assert list(scores.passed()) == ["05.1"]


def test_a_copy_that_is_no_notebook_any_more_is_left_alone(book: Book) -> None:
    copies.bring_up_to_date()
    copies.path_of(book).write_text("{ half a file")
    write(book, a_lesson(cell("markdown", "One more page.")))
    assert copies.bring_up_to_date().changed == ("04_stock",)


@pytest.mark.parametrize("name", ["4", "04", "04_stock", "04_stock.ipynb"])
def test_a_lesson_goes_by_its_number_or_its_name(book: Book, name: str) -> None:
    assert notebook_files.lesson(name).name == "04_stock"


def test_an_unknown_lesson_is_told_with_those_that_there_are(book: Book) -> None:
    with pytest.raises(LabError) as problem:
        notebook_files.lesson("99")
    assert "04_stock" in problem.value.hint


def test_scores_know_what_there_is_to_pass(book: Book) -> None:
    (score,) = scores.scores()
    assert (score.title, score.checks, score.passed, score.done) == (
        "04 · Stock",
        ("04.1",),
        (),
        False,
    )
    scores.note("04.1")
    assert scores.scores()[0].done


def test_a_check_passed_again_keeps_its_first_time(book: Book) -> None:
    scores.note("04.1")
    first = scores.path().read_text()
    scores.note("04.1")
    assert scores.path().read_text() == first


@pytest.mark.parametrize("damaged", ["[]", '{"04.1": "2026-11-2'])
@pytest.mark.parametrize("write", [scores.note, scores.forget])
def test_a_damaged_progress_file_is_a_fresh_start_and_is_kept(
    book: Book, damaged: str, write: Callable[[str], None]
) -> None:
    scores.path().write_text(damaged)
    assert scores.passed() == {}
    write("04.1")
    (kept,) = scores.path().parent.glob("progress.until-*.json")
    assert kept.read_text() == damaged


def test_without_its_record_a_copy_that_is_as_the_lesson_is_not_called_changed(book: Book) -> None:
    copies.bring_up_to_date()
    (copies.folder() / ".made-from.json").unlink()
    assert copies.bring_up_to_date().changed == ()
    assert copies.bring_up_to_date() == copies.Copies((), (), ())


def test_notes_in_a_copied_document_are_kept_before_it_is_made_anew(book: Book) -> None:
    copies.bring_up_to_date()
    page = copies.folder() / "docs" / "architecture.md"
    original = page.read_text()
    page.write_text("My notes.")
    (copies.folder() / "docs" / "own.md").write_text("A page of mine.")

    (kept,) = copies.bring_up_to_date().kept

    assert kept.read_text() == "My notes."
    assert page.read_text() == original
    assert (copies.folder() / "docs" / "own.md").read_text() == "A page of mine."


def test_a_document_that_only_the_checkout_has_changed_is_renewed_and_not_kept(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "checkout"
    shutil.copytree(paths.ROOT / "docs", root / "docs")
    (root / "functions").mkdir()
    monkeypatch.setattr(paths, "ROOT", root)
    copies.bring_up_to_date()
    (root / "docs" / "architecture.md").write_text("A new version.")

    assert copies.bring_up_to_date().kept == ()
    assert (copies.folder() / "docs" / "architecture.md").read_text() == "A new version."


def test_a_learner_s_own_folder_in_the_place_of_a_link_stays(book: Book) -> None:
    own = copies.folder() / "functions"
    own.mkdir(parents=True)
    (own / "mine.py").write_text("ANSWER = 42")
    copies.bring_up_to_date()
    assert (own / "mine.py").read_text() == "ANSWER = 42"


def test_every_picture_is_in_the_folder_and_not_behind_a_link() -> None:
    """JupyterLab serves no file that a link leads out to."""
    copies.bring_up_to_date()

    texts = [path.read_text(encoding="utf-8") for path in copies.folder().glob("*.ipynb")]
    pictures = [found for text in texts for found in re.findall(r"!\[[^]]*\]\(([^)]+)\)", text)]

    assert pictures
    for picture in pictures:
        place = (copies.folder() / picture).resolve(strict=True)
        assert place.is_relative_to(copies.folder().resolve())

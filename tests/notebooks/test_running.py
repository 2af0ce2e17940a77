"""The lessons are run, each twice, on one lab.

First backwards and with their solutions: each lesson before all that come before it, so none can
need what an earlier one left behind. Then in their order, as a learner goes through the copy:
each check is run on the unchanged exercise, must say what to do, and passes with the solution.
That each runs twice shows that it can be run again.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from nbmake.nb_run import NotebookRun

from lab.lessons import books, links
from lab.lessons.books import Book, Cell, tagged
from tests.deployed_shop import DeployedShop

LESSONS = books.all_lessons()
CELL_TIMEOUT_S = 240
LESSON_TIMEOUT_S = 600
pytestmark = pytest.mark.timeout(LESSON_TIMEOUT_S)


def name_of(book: Book) -> str:
    return book.name


def run(content: dict[str, Any], folder: Path, name: str) -> list[Cell]:
    """Runs a notebook in a kernel of its own; gives its cells with their outputs."""
    file = folder / f"{name}.ipynb"
    file.write_text(books.written(content), encoding="utf-8")
    result = executed(file)
    assert result.error is None, f"{result.error.summary}\n{result.error.trace}"
    cells: list[Cell] = result.nb.cells
    return cells


def executed(file: Path) -> Any:
    """What came of it. An error of the lesson is told in the result, and is not raised."""
    try:
        return NotebookRun(file, CELL_TIMEOUT_S).execute()
    except RuntimeError as error:
        # Jupyter looks for ports that are free, and the lab took one before the kernel did. A
        # kernel that dies later is the lesson's fault.
        if "before replying" not in str(error):
            raise
        return NotebookRun(file, CELL_TIMEOUT_S).execute()


@pytest.mark.parametrize("book", reversed(LESSONS), ids=name_of)
def test_it_runs_without_the_lessons_before_it(
    book: Book, lab: DeployedShop, tmp_path: Path
) -> None:
    run(book.content, tmp_path, book.name)


@pytest.mark.parametrize("book", LESSONS, ids=name_of)
def test_a_learner_s_copy_says_what_to_do_and_passes_once_it_is_done(
    book: Book, lab: DeployedShop, tmp_path: Path
) -> None:
    cells = run(as_a_learner_goes(book), tmp_path, book.name)
    unsolved = [cell for cell in cells if tagged(cell, "raises-exception")]
    assert len(unsolved) == len(book.checks)
    for check, cell in zip(book.checks, unsolved, strict=True):
        assert_helpful(check, cell["outputs"])


def as_a_learner_goes(book: Book) -> dict[str, Any]:
    """The learner's copy; each exercise's solution comes after a first, failing check."""
    done: list[Cell] = []
    solution: Cell | None = None
    for cell in links.fitted(book.content)["cells"]:
        if tagged(cell, "solution"):
            solution = cell
        elif tagged(cell, "check") and solution is not None:
            done += [expected_to_fail(cell), solution, cell]
        else:
            done.append(cell)
    return {**book.content, "cells": done}


def expected_to_fail(check: Cell) -> Cell:
    first = copy.deepcopy(check)
    first["id"] = f"{check['id']}-unsolved"
    first["metadata"]["tags"].append("raises-exception")
    return first


def assert_helpful(check: str, outputs: Sequence[Any]) -> None:
    errors = [output for output in outputs if output["output_type"] == "error"]
    assert [error["ename"] for error in errors] == ["CheckFailed"], f"{check} passes unsolved"
    said = errors[0]["evalue"]
    assert said.startswith(check)
    for bare in ("Error:", "This does not hold:", "There is no `"):
        assert bare not in said, f"not a helpful message: {said}"
    assert "\n".join(errors[0]["traceback"]).count("\n") < 3, "the lab's own code is shown"

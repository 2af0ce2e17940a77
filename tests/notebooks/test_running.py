"""The lessons are run, each twice, on one lab, as learners go through them.

First backwards and with their solutions: each lesson before all that come before it, so none can
need what an earlier one left behind. Learners also go back, so each exercise and its check run
again at the end of their section, and every check once more at the end of the lesson.

Then in their order, as a learner goes through the copy: each check is run on the unchanged
exercise and on the wrong answers of `answers/`, must say what to do each time, and passes with
every right one after them. That each lesson runs twice shows that it can be run again.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from nbmake.nb_run import NotebookRun

from lab.lessons import links, notebook_files
from lab.lessons.notebook_files import Book, Cell, source, tagged
from tests.deployed_shop import DeployedShop
from tests.exhaustive import all_but
from tests.notebooks import answers
from tests.notebooks.answers.table import Answers, Table

LESSONS = notebook_files.all_lessons()
CELL_TIMEOUT_S = 240
LESSON_TIMEOUT_S = 600
BARE = ("This does not hold:", "is not defined yet")
pytestmark = pytest.mark.timeout(LESSON_TIMEOUT_S)


# Terraform; retries, mails that come again, alarms and a load that take their time.
LONG = ("01", "07", "08", "11", "12", "13")


def name_of(book: Book) -> str:
    return book.name


def takes_little(book: Book) -> bool:
    return not book.name.startswith(LONG)


def run(content: dict[str, Any], folder: Path, name: str) -> list[Cell]:
    """Runs a notebook in a kernel of its own; gives its cells with their outputs."""
    file = folder / f"{name}.ipynb"
    file.write_text(notebook_files.serialized(content), encoding="utf-8")
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


@pytest.mark.exhaustive
@pytest.mark.parametrize("book", reversed(LESSONS), ids=name_of)
def test_it_runs_without_the_lessons_before_it_and_its_checks_pass_again(
    book: Book, lab: DeployedShop, tmp_path: Path
) -> None:
    run({**book.content, "cells": going_back(book.cells)}, tmp_path, book.name)


@pytest.mark.parametrize("book", all_but(takes_little, LESSONS), ids=name_of)
def test_a_learner_s_copy_says_what_to_do_and_passes_once_it_is_done(
    book: Book, lab: DeployedShop, tmp_path: Path
) -> None:
    content = links.fitted(book.content)
    content["cells"] = going_wrong(content["cells"], answers.of(book))
    failed = [
        cell
        for cell in run(content, tmp_path, book.name)
        if tagged(cell, "raises-exception") and not_helpful(cell)
    ]
    told = [f"{cell['id']}: {not_helpful(cell)}" for cell in failed]
    assert not told, "\n".join(told)


def going_back(cells: Sequence[Cell]) -> list[Cell]:
    """Each exercise and its check run again before the next one, and all checks at the end."""
    done: list[Cell] = []
    section: list[Cell] = []
    for cell in cells:
        if tagged(cell, "exercise") or tagged(cell, "restore"):
            done += [again(each, "again") for each in section]
            section = []
        if tagged(cell, "restore"):
            done += [again(check, "once-more") for check in cells if tagged(check, "check")]
        if tagged(cell, "solution") or tagged(cell, "check"):
            section.append(cell)
        done.append(cell)
    return done


def going_wrong(cells: Sequence[Cell], table: Table) -> list[Cell]:
    """The exercise as it is, its wrong answers, all with a check that fails, then the right."""
    done: list[Cell] = []
    solution: Cell | None = None
    for cell in cells:
        if tagged(cell, "solution"):
            solution = cell
        elif tagged(cell, "check") and solution is not None:
            done += tried(solution, cell, table[check_id(cell)])
        else:
            done.append(cell)
    return done


def tried(solution: Cell, check: Cell, to_it: Answers) -> list[Cell]:
    cells = [expected_to_fail(check, "unsolved", check_id(check))]
    for number, wrong in enumerate(to_it.wrong, 1):
        cells.append(again(solution, f"wrong-{number}", wrong.code))
        cells.append(expected_to_fail(check, f"wrong-{number}", wrong.says))
    for number, right in enumerate(to_it.right, 1):
        cells.append(again(solution, f"right-{number}", right))
        cells.append(again(check, f"right-{number}"))
    return [*cells, solution, check]


def check_id(check: Cell) -> str:
    (found,) = notebook_files.CHECK.findall(source(check))
    return str(found)


def again(cell: Cell, name: str, code: str = "") -> Cell:
    """The same cell once more, or another answer in its place."""
    copied = copy.deepcopy(cell)
    copied["id"] = f"{cell['id']}-{name}"
    if code:
        copied["source"] = code
    return copied


def expected_to_fail(check: Cell, name: str, says: str) -> Cell:
    copied = again(check, name)
    copied["metadata"]["tags"].append("raises-exception")
    copied["metadata"]["says"] = says
    return copied


def not_helpful(cell: Cell) -> str:
    """What is wrong with what a failing check says; empty if nothing is."""
    errors = [output for output in cell["outputs"] if output["output_type"] == "error"]
    if [error["ename"] for error in errors] != ["CheckFailed"]:
        return f"not a failing check, but {errors or 'green'}"
    said, wanted = errors[0]["evalue"], cell["metadata"]["says"]
    if not said.startswith(check_id(cell)) or wanted not in said:
        return f"it says {said!r}, and not {wanted!r}"
    bare = (*BARE, "Error:") if wanted == check_id(cell) else BARE
    if any(words in said for words in bare):
        return f"not a helpful message: {said}"
    shown = "\n".join(errors[0]["traceback"])
    return "" if shown == f"CheckFailed: {said}" else f"the lab's own code is shown: {shown}"

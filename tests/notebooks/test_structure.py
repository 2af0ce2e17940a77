"""Every lesson has what a learner counts on, in git as it is in no learner's copy."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest

from lab.lessons import books
from lab.lessons.books import Book, Cell, source, tagged

LONGEST_CELL = 10
LONGEST_LINE = 100
NAMES = (
    "00_welcome",
    "01_infrastructure",
    "02_catalogue",
    "03_cart_and_price",
    "04_stock",
    "05_payment",
    "06_workflow",
    "07_when_things_fail",
    "08_events",
    "09_api",
    "10_permissions",
    "11_seeing_it_run",
    "12_load_and_cost",
    "13_real_account",
    "14_capstone",
)
TAGS = {"exercise", "solution", "check", "restore"}
MACHINE_PATHS = re.compile(r"/(home|Users|tmp|root|work|workspace)/\w|[A-Z]:\\\\")
TIME = re.compile(r"\*\*Time\.\*\* (\d+) minutes")
ANSWER = re.compile(r"<details><summary>[^<]+</summary>\n\n.+?\n\n</details>", re.DOTALL)
every_lesson = pytest.mark.parametrize("book", books.all_lessons(), ids=lambda book: book.name)


def code(book: Book) -> list[Cell]:
    return [cell for cell in book.cells if cell["cell_type"] == "code"]


def prose(book: Book) -> str:
    return "\n\n".join(source(cell) for cell in book.cells if cell["cell_type"] == "markdown")


def test_the_lessons_are_those_of_the_course() -> None:
    assert tuple(book.name for book in books.all_lessons()) == NAMES


@every_lesson
def test_it_begins_with_goal_time_and_needs(book: Book) -> None:
    head = source(book.cells[0])
    assert head.startswith(f"# {book.number} · ")
    assert "**Goal.**" in head
    assert "**Needs.**" in head
    minutes = TIME.search(head)
    assert minutes, "**Time.** N minutes."
    assert 15 <= int(minutes[1]) <= 30


@every_lesson
def test_it_begins_the_lesson_and_ends_by_restoring_the_lab(book: Book) -> None:
    first, last = code(book)[0], code(book)[-1]
    assert f'lesson = lessons.begin("{book.number}")' in source(first)
    assert tagged(last, "restore")
    assert "lesson.restore()" in source(last)
    assert sum(tagged(cell, "restore") for cell in book.cells) == 1


@every_lesson
def test_it_asks_for_predictions_before_it_runs(book: Book) -> None:
    asked = [n for n, cell in enumerate(book.cells) if "**Predict.**" in source(cell)]
    assert len(asked) >= 3
    runs = [n for n, cell in enumerate(book.cells) if cell["cell_type"] == "code"]
    assert all(any(run > n for run in runs) for n in asked)


@every_lesson
def test_its_code_cells_are_short(book: Book) -> None:
    for cell in code(book):
        lines = source(cell).splitlines()
        assert 1 <= len(lines) <= LONGEST_CELL, cell["id"]
        assert max(map(len, lines)) <= LONGEST_LINE, cell["id"]


@every_lesson
def test_each_exercise_has_a_skeleton_a_solution_and_a_check(book: Book) -> None:
    marked = [cell for cell in code(book) if TAGS & set(cell["metadata"].get("tags", []))]
    kinds = [cell["metadata"]["tags"] for cell in marked if not tagged(cell, "restore")]
    assert kinds == [["exercise"], ["solution"], ["check"]] * (len(kinds) // 3)
    assert len(kinds) >= 6, "two exercises or more"
    numbers = [f"{book.number}.{n}" for n in range(1, len(kinds) // 3 + 1)]
    assert list(book.checks) == numbers
    skeletons = [source(cell) for cell in marked if tagged(cell, "exercise")]
    for number, skeleton in zip(numbers, skeletons, strict=True):
        assert skeleton.startswith(f"# Exercise {number}")
        assert "..." in skeleton, "what is to be done is marked with `...`"


@every_lesson
def test_three_cells_of_an_exercise_stand_together(book: Book) -> None:
    for at, cell in enumerate(book.cells):
        if tagged(cell, "exercise"):
            assert tagged(book.cells[at + 1], "solution"), cell["id"]
            assert tagged(book.cells[at + 2], "check"), cell["id"]


@every_lesson
def test_no_tag_is_misspelled(book: Book) -> None:
    found = {tag for cell in book.cells for tag in cell["metadata"].get("tags", [])}
    assert found <= TAGS


@every_lesson
def test_every_check_says_what_is_wrong(book: Book) -> None:
    for cell in book.cells:
        if tagged(cell, "check"):
            nodes = ast.walk(ast.parse(source(cell)))
            asserts = [node for node in nodes if isinstance(node, ast.Assert)]
            assert asserts, cell["id"]
            assert all(node.msg for node in asserts), f"{cell['id']}: an assert without a message"


@every_lesson
def test_it_asks_three_questions_with_folded_answers(book: Book) -> None:
    questions = prose(book).partition("## Three questions to think about")[2]
    assert [f"**{n}.**" in questions for n in (1, 2, 3)] == [True] * 3
    assert len(ANSWER.findall(questions)) == 3


@every_lesson
def test_its_cells_have_names_of_their_own(book: Book) -> None:
    ids = [cell["id"] for cell in book.cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9-]{1,64}", name) for name in ids)


@every_lesson
def test_nobody_s_machine_is_in_it(book: Book) -> None:
    found = MACHINE_PATHS.search("\n".join(map(source, book.cells)))
    assert found is None, found


@every_lesson
def test_it_is_written_as_the_lab_writes_it(book: Book) -> None:
    """A lesson saved by another tool is a change of every line, and no reviewer reads that."""
    assert book.path.read_text(encoding="utf-8") == books.written(book.content)
    assert book.content["metadata"]["kernelspec"]["name"] == "python3"


def test_nothing_that_a_run_leaves_is_in_git() -> None:
    lessons = [str(book.path) for book in books.all_lessons()]
    command = [sys.executable, "-m", "nbstripout", "--keep-id", "--verify", *lessons]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

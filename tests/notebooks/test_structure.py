"""Every lesson has what a learner counts on, in git as it is in no learner's copy."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence

import pytest

from lab.lessons import notebook_files
from lab.lessons.notebook_files import Book, Cell, source, tagged

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
PREDICT = "**predict"
FOLDED = "<details><summary>The answer</summary>"
NOTHING_TOLD = {"00 exercise-1-told", "02 cost-honest", "04 hot-shards", "08 exercise-1-told"}
NOTHING_TOLD |= {"12 exercise-1-told", "14 exercise-2-files"}
every_lesson = pytest.mark.parametrize(
    "book", notebook_files.all_lessons(), ids=lambda book: book.name
)


def code(book: Book) -> list[Cell]:
    return [cell for cell in book.cells if cell["cell_type"] == "code"]


def prose(book: Book) -> str:
    return "\n\n".join(source(cell) for cell in book.cells if cell["cell_type"] == "markdown")


def bound(cells: Iterable[Cell]) -> set[str]:
    """The names that these cells bind for all that come after them."""
    trees = [ast.parse(source(cell)) for cell in cells if cell["cell_type"] == "code"]
    return set().union(*map(names_bound, trees))


def names_bound(tree: ast.AST) -> set[str]:
    """What code binds outside of functions, classes and comprehensions; imports do no harm."""
    found: set[str] = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif not isinstance(node, ast.Lambda | ast.comprehension):
            found |= names_bound(node)
    return found


def looked_at(cells: Iterable[Cell], lesson: Sequence[Cell]) -> set[str]:
    """The names that code reads, by way of the lesson's own functions too."""
    found: set[str] = set()
    left: list[ast.AST] = [ast.parse(source(cell)) for cell in cells]
    written = [ast.parse(source(cell)) for cell in lesson if cell["cell_type"] == "code"]
    nodes = (node for tree in written for node in tree.body)
    functions = {node.name: node for node in nodes if isinstance(node, ast.FunctionDef)}
    while left:
        read = {n.id for n in ast.walk(left.pop()) if isinstance(n, ast.Name)} - found
        found |= read
        left += [functions[name] for name in read & set(functions)]
    return found


def test_the_lessons_are_those_of_the_course() -> None:
    assert tuple(book.name for book in notebook_files.all_lessons()) == NAMES


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
def test_no_check_shows_its_answer(book: Book) -> None:
    """It stands right below the exercise: JupyterLab and the pages fold its code."""
    for cell in book.cells:
        folded = cell["metadata"].get("jupyter", {}).get("source_hidden", False)
        assert folded == tagged(cell, "check"), cell["id"]


@every_lesson
def test_what_was_to_be_predicted_is_not_told_beside_the_question(book: Book) -> None:
    """The next prose begins with a folded answer, or has none: it is a question or a heading."""
    asked = ran = False
    for cell in book.cells:
        text = source(cell)
        if cell["cell_type"] == "code":
            ran = True
            continue
        if asked and ran and f"{book.number} {cell['id']}" not in NOTHING_TOLD:
            asks = text.startswith("#") or PREDICT in text.partition("\n\n")[0].lower()
            assert asks or text.startswith(FOLDED), f"{cell['id']}: fold the answer as {FOLDED}"
        asked = PREDICT in text.lower() or (asked and not ran)
        ran = False


@every_lesson
def test_a_folded_check_still_shows_its_name(book: Book) -> None:
    """JupyterLab shows the first line of a cell that is folded."""
    for cell in book.cells:
        if tagged(cell, "check"):
            assert notebook_files.CHECK.search(source(cell).partition("\n")[0]), cell["id"]


@every_lesson
def test_no_check_looks_at_what_the_notebook_binds_again(book: Book) -> None:
    """A check may run again at any time, and must then still see what it saw at first."""
    for at, cell in enumerate(book.cells):
        if tagged(cell, "check"):
            seen = looked_at([cell], book.cells) & bound(book.cells[:at]) - bound([cell])
            later = [c for c in book.cells[at:] if not tagged(c, "exercise")]
            again = seen & bound(c for c in later if not tagged(c, "solution"))
            assert not again, f"{cell['id']}: {again} is bound again by a later cell"


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
    assert book.path.read_text(encoding="utf-8") == notebook_files.serialized(book.content)
    assert book.content["metadata"]["kernelspec"]["name"] == "python3"


def test_nothing_that_a_run_leaves_is_in_git() -> None:
    lessons = [str(book.path) for book in notebook_files.all_lessons()]
    command = [sys.executable, "-m", "nbstripout", "--keep-id", "--verify", *lessons]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

"""The check after an exercise: says what is wrong and how to go on, and keeps what was passed."""

from __future__ import annotations

import ast
import linecache
import os
import sysconfig
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from lab.console.drawing.shown import GREEN, RED, Box, show
from lab.core import paths
from lab.core.errors import LabError
from lab.lessons import scores

AGAIN = "Change the exercise cell above, run it, then run this check again."

LIBRARIES = (
    *(f"{paths.ROOT / part}{os.sep}" for part in ("lab", "functions")),
    *(f"{sysconfig.get_path(part)}{os.sep}" for part in ("stdlib", "platstdlib")),
    "<frozen ",
)


class CheckFailed(AssertionError):
    """A check that did not pass. Notebooks show its one line, and not the lab's own code."""

    def _render_traceback_(self) -> list[str]:
        return [f"CheckFailed: {self}"]


@contextmanager
def check(title: str, *answers: object, hint: str = "") -> Iterator[None]:
    """Runs the asserts inside, and shows a green or a red box.

    `title` begins with the check's id (`04.1 The last piece is sold once`). `answers` are what
    the exercise made: one that is still `...` fails with a message that says so. `hint` says how
    to go on; the message of the failing assert says what is wrong.
    Raises CheckFailed, so that an automatic run fails too.
    """
    passed_as = scores.check_id(title)
    try:
        _answered(answers)
        yield
    except Exception as error:
        wrong = _what_is_wrong(error)
        show(Box(f"✘ {title}", (wrong, hint, AGAIN), RED))
        raise CheckFailed(f"{title}: {wrong}") from error
    scores.note(passed_as)
    show(Box(f"✔ {title}", ("Passed.",), GREEN))


def _answered(answers: tuple[object, ...]) -> None:
    if any(map(_is_open, answers)):
        raise AssertionError("The exercise is not done yet: there is still a `...` to replace.")


def _is_open(answer: object) -> bool:
    """Whether a `...` is left in an answer, also inside of a list or a dict."""
    if isinstance(answer, dict):
        return any(map(_is_open, answer.values()))
    if isinstance(answer, list | tuple):
        return any(map(_is_open, answer))
    return answer is ...


def _what_is_wrong(error: Exception) -> str:
    if isinstance(error, AssertionError):
        return str(error) or f"This does not hold: {_failing_line(error)}"
    check, *theirs = _in_cells(error)
    said = error.message if isinstance(error, LabError) else f"{type(error).__name__}: {error}"
    if theirs:
        return f"Your code was run, and stopped at `{theirs[-1].line}`. {said}"
    if isinstance(error, LabError):
        return said
    if isinstance(error, NameError) and error.name:
        return f"There is no `{error.name}` yet: run the exercise cell first."
    where = _tested(check.line or "")
    return f"Your answer is not of the kind that is asked for. At `{where}`: {said}"


def _in_cells(error: Exception) -> list[traceback.FrameSummary]:
    """Where the error passed through cells, the check's own first: no library, and not the lab."""
    _, *frames = traceback.extract_tb(error.__traceback__)
    return [frames[0], *(frame for frame in frames[1:] if not _is_library(frame.filename))]


def _is_library(file: str) -> bool:
    return file.startswith(LIBRARIES) or "site-packages" in file


def _failing_line(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    line = linecache.getline(frame.filename, frame.lineno or 0).strip() or (frame.line or "")
    return _tested(line)


def _tested(line: str) -> str:
    """What an assert's line tests, without its message; any other line as it is."""
    try:
        statement = ast.parse(line).body[0]
    except (SyntaxError, IndexError):
        return line
    return ast.unparse(statement.test) if isinstance(statement, ast.Assert) else line

"""Checks exercises: explains what is wrong, and records which checks have passed."""

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
    """A failed check. Notebooks show one line instead of a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"CheckFailed: {self}"]


@contextmanager
def check(title: str, *answers: object, hint: str = "") -> Iterator[None]:
    """Runs the asserts of the block, and shows a green or a red box.

    `title` begins with the check's id (`04.1 The last piece is sold once`). `answers` are the
    results of the exercise; the check fails if one is still `...`. The message of the failing
    assert says what is wrong, `hint` how to continue.
    Raises CheckFailed, so that an automatic run fails, too.
    """
    check_id = scores.check_id(title)
    try:
        _require_answers(answers)
        yield
    except Exception as error:
        explanation = _explanation(error)
        show(Box(f"✘ {title}", (explanation, hint, AGAIN), RED))
        raise CheckFailed(f"{title}: {explanation}") from error
    scores.note(check_id)
    show(Box(f"✔ {title}", ("Passed.",), GREEN))


def _require_answers(answers: tuple[object, ...]) -> None:
    if any(map(_has_placeholder, answers)):
        raise AssertionError("The exercise is not done yet: there is still a `...` to replace.")


def _has_placeholder(answer: object) -> bool:
    """Whether an answer contains `...`, also in a list or a dict."""
    if isinstance(answer, dict):
        return any(map(_has_placeholder, answer.values()))
    if isinstance(answer, list | tuple):
        return any(map(_has_placeholder, answer))
    return answer is ...


def _explanation(error: Exception) -> str:
    if isinstance(error, AssertionError):
        return str(error) or f"This does not hold: {_failing_line(error)}"
    check, *learner_frames = _in_cells(error)
    message = error.message if isinstance(error, LabError) else f"{type(error).__name__}: {error}"
    if learner_frames:
        return f"Your code was run, and stopped at `{learner_frames[-1].line}`. {message}"
    if isinstance(error, LabError):
        return message
    if isinstance(error, NameError) and error.name:
        return f"`{error.name}` is not defined yet: run the exercise cell first."
    where = _tested(check.line or "")
    return f"Your answer is not of the kind that is asked for. At `{where}`: {message}"


def _in_cells(error: Exception) -> list[traceback.FrameSummary]:
    """The frames of notebook cells, without libraries and the lab; the check's own is first."""
    _, *frames = traceback.extract_tb(error.__traceback__)
    return [frames[0], *(frame for frame in frames[1:] if not _is_library(frame.filename))]


def _is_library(file: str) -> bool:
    return file.startswith(LIBRARIES) or "site-packages" in file


def _failing_line(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    line = linecache.getline(frame.filename, frame.lineno or 0).strip() or (frame.line or "")
    return _tested(line)


def _tested(line: str) -> str:
    """The condition of an assert without its message; other lines unchanged."""
    try:
        statement = ast.parse(line).body[0]
    except (SyntaxError, IndexError):
        return line
    return ast.unparse(statement.test) if isinstance(statement, ast.Assert) else line

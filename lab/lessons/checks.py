"""The check after an exercise: says what is wrong and how to go on, and keeps what was passed."""

from __future__ import annotations

import ast
import linecache
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from lab.drawing.shown import GREEN, RED, Box, show
from lab.lessons import scores

AGAIN = "Change the exercise cell above, run it, then run this check again."


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
    if any(answer is ... for answer in answers):
        raise AssertionError("The exercise is not done yet: there is still a `...` to replace.")


def _what_is_wrong(error: Exception) -> str:
    if isinstance(error, AssertionError):
        return str(error) or f"This does not hold: {_failing_line(error)}"
    if isinstance(error, NameError) and error.name:
        return f"There is no `{error.name}` yet: run the exercise cell first."
    return f"What you wrote was run and said {type(error).__name__}: {error}"


def _failing_line(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    line = linecache.getline(frame.filename, frame.lineno or 0).strip() or (frame.line or "")
    try:
        statement = ast.parse(line).body[0]
    except (SyntaxError, IndexError):
        return line
    return ast.unparse(statement.test) if isinstance(statement, ast.Assert) else line

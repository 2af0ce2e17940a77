"""Records which checks the learner has passed: `progress.json` in the lab's home."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lab.core import kept_copies, paths
from lab.lessons import notebook_files

PATH_VARIABLE = "LAB_PROGRESS"
CHECK_ID = re.compile(r"\d\d\.\d+")


@dataclass(frozen=True)
class LessonScore:
    """The score of a lesson: the ids of its checks, and of those passed."""

    lesson: str
    title: str
    checks: tuple[str, ...]
    passed: tuple[str, ...]

    @property
    def done(self) -> bool:
        """Whether every check was passed."""
        return len(self.passed) == len(self.checks)


def path() -> Path:
    """The path of the progress file; the environment variable LAB_PROGRESS overrides it."""
    return Path(os.environ.get(PATH_VARIABLE) or paths.home() / "progress.json")


def passed() -> dict[str, str]:
    """The time (RFC 3339) when each check, such as `04.1`, was first passed."""
    try:
        content = json.loads(path().read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return (
        {str(check): str(at) for check, at in content.items()} if isinstance(content, dict) else {}
    )


def note(check: str) -> None:
    """Records that a check was passed, with the time of the first pass."""
    known = passed()
    if check not in known:
        _write({**known, check: f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"})


def forget(lesson: str) -> None:
    """Deletes the passed checks of a lesson, given by its number."""
    _write({check: at for check, at in passed().items() if not check.startswith(f"{lesson}.")})


def _write(known: dict[str, str]) -> None:
    """Replaces the file. Puts aside a file that cannot be read."""
    if not _is_readable():
        kept_copies.put_aside(path())
    draft = path().with_suffix(".new")
    draft.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    draft.replace(path())


def _is_readable() -> bool:
    try:
        return isinstance(json.loads(path().read_text(encoding="utf-8")), dict)
    except FileNotFoundError:
        return True
    except ValueError:
        return False


def check_id(title: str) -> str:
    """The id that a check's title begins with. Raises ValueError if there is none."""
    match = CHECK_ID.match(title)
    if match is None:
        raise ValueError(f"A check's title begins with its id, such as `04.1`, not {title!r}")
    return match.group()


def scores() -> list[LessonScore]:
    """Every lesson's score, in order."""
    done = passed()
    return [
        LessonScore(book.name, book.title, book.checks, tuple(c for c in book.checks if c in done))
        for book in notebook_files.all_lessons()
    ]


def first_open() -> str:
    """The first lesson with an open check; the last lesson if there is none."""
    all_scores = scores()
    return next((score.lesson for score in all_scores if not score.done), all_scores[-1].lesson)

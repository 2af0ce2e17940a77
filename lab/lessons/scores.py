"""Which checks the learner has passed: `progress.json` in the lab's home."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lab.core import kept_copies, paths
from lab.lessons import notebook_files

ELSEWHERE = "LAB_PROGRESS"
CHECK_ID = re.compile(r"\d\d\.\d+")


@dataclass(frozen=True)
class LessonScore:
    """How far a lesson is: the ids of its checks, and of those that were passed."""

    lesson: str
    title: str
    checks: tuple[str, ...]
    passed: tuple[str, ...]

    @property
    def done(self) -> bool:
        """Whether every check was passed."""
        return len(self.passed) == len(self.checks)


def path() -> Path:
    """Where progress is kept; runs that are not the learner's own name another file."""
    return Path(os.environ.get(ELSEWHERE) or paths.home() / "progress.json")


def passed() -> dict[str, str]:
    """When each check was first passed: its id, such as `04.1`, and the time (RFC 3339)."""
    try:
        found = json.loads(path().read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {str(check): str(at) for check, at in found.items()} if isinstance(found, dict) else {}


def note(check: str) -> None:
    """Writes down that a check was passed; the first time counts."""
    known = passed()
    if check not in known:
        _write({**known, check: f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"})


def forget(lesson: str) -> None:
    """Takes back what was passed in a lesson, given by its number."""
    _write({check: at for check, at in passed().items() if not check.startswith(f"{lesson}.")})


def _write(known: dict[str, str]) -> None:
    """Replaces the file as a whole. One that cannot be read is kept: it may be put right."""
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
    found = CHECK_ID.match(title)
    if found is None:
        raise ValueError(f"A check's title begins with its id, such as `04.1`, not {title!r}")
    return found.group()


def scores() -> list[LessonScore]:
    """Every lesson's score, in order."""
    done = passed()
    return [
        LessonScore(book.name, book.title, book.checks, tuple(c for c in book.checks if c in done))
        for book in notebook_files.all_lessons()
    ]


def first_open() -> str:
    """The first lesson with a check that was not passed; the last one if there is none."""
    found = scores()
    return next((score.lesson for score in found if not score.done), found[-1].lesson)

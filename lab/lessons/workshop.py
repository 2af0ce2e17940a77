"""The functions' sources in a folder of the learner's own, to be changed and tried.

What a learner has changed is never overwritten: it stays, or is kept under another name, which is
told.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.console.drawing.shown import AMBER, Box, show
from lab.core import child_processes, file_permissions, kept_copies, paths
from lab.core.errors import LabError
from lab.core.target import Target
from lab.deploy import code_swap, package
from lab.lessons.lesson import Lesson
from lab.lessons.tabular import Diff, diff

PATCHES = Path(__file__).parent
CACHES = ("__pycache__",)
LESSON = "14"
ELSEWHERE = "LAB_WORKSHOP"


@dataclass(frozen=True)
class Workshop:
    """A copy of `functions/` at `folder`, and the lab that it can be put into."""

    folder: Path
    target: Target

    def changed(self) -> list[str]:
        """The files that are not as in the checkout, as paths below `functions/`."""
        names = {*_files(self.folder), *_files(paths.FUNCTIONS)}
        return sorted(name for name in names if self._text(name) != _original(name))

    def diff(self, name: str) -> Diff:
        """What was changed in a file, such as `checkout/domain/pricing.py`."""
        return diff(_original(name), self._text(name))

    def start_over(self) -> Path | None:
        """Makes the folder like the checkout's functions again.

        Gives, and shows, where the old one is kept if somebody had changed anything in it.
        """
        kept = kept_copies.put_aside(self.folder) if self.has_changes() else None
        shutil.rmtree(self.folder, ignore_errors=True)
        file_permissions.copy_tree(paths.FUNCTIONS, self.folder, *CACHES)
        for record in (self._made_from, self._written):
            record.note(self._paths())
        if kept:
            show(Box("A new copy of the functions.", (f"Your old one is kept: {kept}",), AMBER))
        return kept

    def has_changes(self) -> bool:
        """Whether anything is not as the lab has written it: a file more, less, or another."""
        names, marks = set(_files(self.folder)), self._written.marks()
        if not names or not marks:  # nothing there; or from a lab that kept no record
            return bool(names and self.changed())
        return names != set(marks) or kept_copies.digests(self.folder, names) != marks

    def is_outdated(self) -> bool:
        """Whether the checkout's functions are others than when the copy was made."""
        now = kept_copies.digests(paths.FUNCTIONS, _files(paths.FUNCTIONS))
        return self._made_from.marks() not in ({}, now)

    @property
    def _written(self) -> kept_copies.Written:
        """The files as the lab has left them, a patch included."""
        return kept_copies.Written(self.folder, self.folder.with_name(".functions-written.json"))

    @property
    def _made_from(self) -> kept_copies.Written:
        """The checkout's files as they were then."""
        return kept_copies.Written(self.folder, self.folder.with_name(".functions-made-from.json"))

    def _paths(self) -> list[Path]:
        return [self.folder / name for name in _files(self.folder)]

    def patch(self, name: str, *only: str) -> None:
        """Changes the files as a patch beside this module says; `only` these below `functions/`.

        In a copy without changes of anybody's, what the patch does counts as the lab's own.
        Raises LabError if the sources are not those that the patch was made for.
        """
        mine = not self.has_changes()
        chosen = [f"--include=functions/{pattern}" for pattern in only]
        # Outside of a repository git takes the paths from the folder that it runs in.
        variables = child_processes.bare(GIT_CEILING_DIRECTORIES=str(self.folder.parent.parent))
        command = ["git", "apply", *chosen, str(PATCHES / f"{name}.patch")]
        ended = child_processes.run(
            command, variables, cwd=self.folder.parent, capture_output=True, check=False
        )
        if ended.returncode:
            raise LabError(f"The patch {name} does not fit: {ended.stderr}", "Start over first.")
        if mine:
            self._written.note(self._paths())

    def run(self, program: str) -> Any:
        """What a Python program prints as JSON that imports `checkout` from this folder.

        Raises LabError with the last line of its traceback if it fails.
        """
        ended = child_processes.run(
            [sys.executable, "-c", program],
            # A notebook's kernel asks for colours, which would be in the message.
            child_processes.bare(PYTHONPATH=str(self.folder), PYTHON_COLORS="0"),
            cwd=self.folder,
            capture_output=True,
            check=False,
        )
        if ended.returncode:
            raise LabError(ended.stderr.strip().splitlines()[-1], "Your sources raise that.")
        return json.loads(ended.stdout)

    def publish(self) -> tuple[str, ...]:
        """Puts the sources into the running functions; the names of those that changed."""
        return code_swap.publish(
            self.target, package.build(functions=self.folder), code_swap.function_names()
        )

    def _text(self, name: str) -> str:
        file = self.folder / name
        return file.read_text() if file.is_file() else ""


def workshop(lesson: Lesson) -> Workshop:
    """The learner's copy, made if there is none; `lesson.restore()` gives the lab its own code.

    One that nobody has changed follows the checkout. One with changes stays as it is.
    """
    made = Workshop(folder(), lesson.target)
    if made.has_changes():
        if made.is_outdated():
            show(_outdated(made))
    elif made.changed():
        made.start_over()
    _put_back(lesson.target)  # what an interrupted run has published
    lesson.later(lambda: _put_back(lesson.target))
    return made


def folder() -> Path:
    """Where the copy is. A run that is not the learner's own names another place."""
    place = os.environ.get(ELSEWHERE) or paths.home() / "lessons" / "workshop"
    return Path(place) / "functions"


def reset() -> Path | None:
    """Begins the learner's copy anew; gives where the old one is kept if it had changes."""
    return Workshop(folder(), Target()).start_over()


def _outdated(made: Workshop) -> Box:
    told = (
        "Yours has your changes, so it stays as it is, and may not fit this lesson any more.",
        f"mine.start_over() makes a new one and keeps yours. It is here: {made.folder}",
    )
    return Box("The checkout's functions are others than when your copy was made.", told, AMBER)


def _put_back(target: Target) -> None:
    code_swap.publish(target, package.build(), code_swap.function_names())


def _files(folder: Path) -> Iterator[str]:
    for file in folder.rglob("*"):
        if file.is_file() and not set(CACHES) & set(file.parts):
            yield str(file.relative_to(folder))


def _original(name: str) -> str:
    file = paths.FUNCTIONS / name
    return file.read_text() if file.is_file() else ""

"""A copy of the functions' sources that the learner can change and try.

A learner's changes are never overwritten: they stay, or are kept under another name.
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
PATH_VARIABLE = "LAB_WORKSHOP"


@dataclass(frozen=True)
class Workshop:
    """A copy of `functions/` at `folder`, and the target that it can be published to."""

    folder: Path
    target: Target

    def changed(self) -> list[str]:
        """The files that differ from the checkout, as paths below `functions/`."""
        names = {*_files(self.folder), *_files(paths.FUNCTIONS)}
        return sorted(name for name in names if self._text(name) != _original(name))

    def diff(self, name: str) -> Diff:
        """The changes of a file, such as `checkout/domain/pricing.py`."""
        return diff(_original(name), self._text(name))

    def start_over(self) -> Path | None:
        """Replaces the folder by a new copy of the checkout's functions.

        Keeps a changed folder, shows its new path, and returns it.
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
        """Whether a file was changed, added or deleted since the lab has written the folder."""
        names, marks = set(_files(self.folder)), self._written.marks()
        if not names or not marks:  # nothing there; or from a lab that kept no record
            return bool(names and self.changed())
        return names != set(marks) or kept_copies.digests(self.folder, names) != marks

    def is_outdated(self) -> bool:
        """Whether the checkout's functions have changed since the copy was made."""
        now = kept_copies.digests(paths.FUNCTIONS, _files(paths.FUNCTIONS))
        return self._made_from.marks() not in ({}, now)

    @property
    def _written(self) -> kept_copies.Written:
        """The record of the files as the lab has written them, patches included."""
        return kept_copies.Written(self.folder, self.folder.with_name(".functions-written.json"))

    @property
    def _made_from(self) -> kept_copies.Written:
        """The record of the checkout's files when the copy was made."""
        return kept_copies.Written(self.folder, self.folder.with_name(".functions-made-from.json"))

    def _paths(self) -> list[Path]:
        return [self.folder / name for name in _files(self.folder)]

    def patch(self, name: str, *only: str) -> None:
        """Applies a patch of this package; `only` limits it to these patterns below `functions/`.

        In an unchanged copy, the patch does not count as a change of the learner.
        Raises LabError if the patch does not apply.
        """
        unchanged = not self.has_changes()
        includes = [f"--include=functions/{pattern}" for pattern in only]
        # Outside of a repository, git resolves paths relative to its working directory.
        variables = child_processes.bare(GIT_CEILING_DIRECTORIES=str(self.folder.parent.parent))
        command = ["git", "apply", *includes, str(PATCHES / f"{name}.patch")]
        result = child_processes.run(
            command, variables, cwd=self.folder.parent, capture_output=True, check=False
        )
        if result.returncode:
            raise LabError(f"The patch {name} does not fit: {result.stderr}", "Start over first.")
        if unchanged:
            self._written.note(self._paths())

    def run(self, program: str) -> Any:
        """Runs a Python program that imports `checkout` from this folder; returns its JSON output.

        Raises LabError with the last line of the traceback if the program fails.
        """
        result = child_processes.run(
            [sys.executable, "-c", program],
            # A notebook's kernel enables colours, which would be in the message.
            child_processes.bare(PYTHONPATH=str(self.folder), PYTHON_COLORS="0"),
            cwd=self.folder,
            capture_output=True,
            check=False,
        )
        if result.returncode:
            raise LabError(result.stderr.strip().splitlines()[-1], "Your sources raise that.")
        return json.loads(result.stdout)

    def publish(self) -> tuple[str, ...]:
        """Publishes the sources to the functions, and returns the names of changed functions."""
        return code_swap.publish(
            self.target, package.build(functions=self.folder), code_swap.function_names()
        )

    def _text(self, name: str) -> str:
        file = self.folder / name
        return file.read_text() if file.is_file() else ""


def workshop(lesson: Lesson) -> Workshop:
    """The learner's copy, created if missing; `lesson.restore()` restores the functions' code.

    Updates an unchanged copy to the current checkout. Leaves a changed copy as it is.
    """
    copy = Workshop(folder(), lesson.target)
    if copy.has_changes():
        if copy.is_outdated():
            show(_outdated(copy))
    elif copy.changed():
        copy.start_over()
    _restore_code(lesson.target)  # what an interrupted run has published
    lesson.later(lambda: _restore_code(lesson.target))
    return copy


def folder() -> Path:
    """The folder of the copy; the environment variable LAB_WORKSHOP overrides it."""
    place = os.environ.get(PATH_VARIABLE) or paths.home() / "lessons" / "workshop"
    return Path(place) / "functions"


def reset() -> Path | None:
    """Replaces the learner's copy; returns the path of the old one if it had changes."""
    return Workshop(folder(), Target()).start_over()


def _outdated(copy: Workshop) -> Box:
    lines = (
        "Yours has your changes, so it stays as it is, and may not fit this lesson any more.",
        f"mine.start_over() makes a new one and keeps yours. It is here: {copy.folder}",
    )
    return Box("The checkout's functions are others than when your copy was made.", lines, AMBER)


def _restore_code(target: Target) -> None:
    code_swap.publish(target, package.build(), code_swap.function_names())


def _files(folder: Path) -> Iterator[str]:
    for file in folder.rglob("*"):
        if file.is_file() and not set(CACHES) & set(file.parts):
            yield str(file.relative_to(folder))


def _original(name: str) -> str:
    file = paths.FUNCTIONS / name
    return file.read_text() if file.is_file() else ""

"""The functions' sources in a folder of the learner's own, to be changed and tried."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab import children, live_code, package, paths, privacy
from lab.errors import LabError
from lab.lessons.lesson import Lesson
from lab.lessons.tabular import Diff, diff
from lab.target import Target

PATCHES = Path(__file__).parent
CACHES = ("__pycache__",)


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

    def start_over(self) -> None:
        """Makes the folder like the checkout's functions again. What was changed is lost."""
        shutil.rmtree(self.folder, ignore_errors=True)
        privacy.copy_tree(paths.FUNCTIONS, self.folder, *CACHES)

    def patch(self, name: str, *only: str) -> None:
        """Changes the files as a patch beside this module says; `only` these below `functions/`.

        Raises LabError if the sources are not those that the patch was made for.
        """
        chosen = [f"--include=functions/{pattern}" for pattern in only]
        # Outside of a repository git takes the paths from the folder that it runs in.
        variables = children.bare(GIT_CEILING_DIRECTORIES=str(self.folder.parent.parent))
        command = ["git", "apply", *chosen, str(PATCHES / f"{name}.patch")]
        ended = children.run(
            command, variables, cwd=self.folder.parent, capture_output=True, check=False
        )
        if ended.returncode:
            raise LabError(f"The patch {name} does not fit: {ended.stderr}", "Start over first.")

    def run(self, program: str) -> Any:
        """What a Python program prints as JSON that imports `checkout` from this folder.

        Raises LabError with the last line of its traceback if it fails.
        """
        ended = children.run(
            [sys.executable, "-c", program],
            children.bare(PYTHONPATH=str(self.folder)),
            cwd=self.folder,
            capture_output=True,
            check=False,
        )
        if ended.returncode:
            raise LabError(ended.stderr.strip().splitlines()[-1], "Your sources raise that.")
        return json.loads(ended.stdout)

    def publish(self) -> tuple[str, ...]:
        """Puts the sources into the running functions; the names of those that changed."""
        return live_code.publish(
            self.target, package.build(functions=self.folder), live_code.function_names()
        )

    def _text(self, name: str) -> str:
        file = self.folder / name
        return file.read_text() if file.is_file() else ""


def workshop(lesson: Lesson) -> Workshop:
    """The learner's copy, made if there is none; `lesson.restore()` gives the lab its own code."""
    made = Workshop(paths.home() / "lessons" / "workshop" / "functions", lesson.target)
    if not made.folder.is_dir():
        made.start_over()
    lesson.later(lambda: _put_back(lesson.target))
    return made


def _put_back(target: Target) -> None:
    live_code.publish(target, package.build(), live_code.function_names())


def _files(folder: Path) -> Iterator[str]:
    for file in folder.rglob("*"):
        if file.is_file() and not set(CACHES) & set(file.parts):
            yield str(file.relative_to(folder))


def _original(name: str) -> str:
    file = paths.FUNCTIONS / name
    return file.read_text() if file.is_file() else ""

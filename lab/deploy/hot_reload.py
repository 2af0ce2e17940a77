"""Puts a saved change in `functions/` into the running lab, without Terraform."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from lab.core import paths
from lab.core.errors import LabError
from lab.core.target import Target
from lab.deploy import code_swap, package

# What an editor writes in one go is one change.
QUIET_MS = 50

Publish = Callable[[Path, Iterable[str]], tuple[str, ...]]


@dataclass(frozen=True)
class Reload:
    """Functions that have new code now, by their short names, and how long that took."""

    functions: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Refusal:
    """Code that is not even Python: nothing was changed."""

    problem: LabError


class Reloader:
    """Takes changes, and gives the code to the functions that they concern."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._waiting: set[Path] = set()  # until all of them are sound: the zip has all files
        self._libraries = package.library_files()

    def take(self, changed: Iterable[Path]) -> Reload | Refusal | None:
        """What came of the changed files; None if no function has any of them."""
        began = time.monotonic()
        self._waiting |= {path for path in changed if package.is_packed(path)}
        try:
            for path in sorted(self._waiting):
                check_syntax(path)
        except LabError as problem:
            return Refusal(problem)
        names = concerned(self._waiting)
        self._waiting.clear()
        done = self._publish(package.build(self._libraries), names) if names else ()
        return Reload(done, time.monotonic() - began) if done else None


def watch(target: Target, stop: Event | None = None) -> Iterator[Reload | Refusal]:
    """Yields what came of each change, until `stop` is set or Ctrl-C.

    What was changed since the last deploy is taken first. Raises LabError if the environment is
    not deployed.
    """
    from watchfiles import watch as changes

    def publish(zipped: Path, names: Iterable[str]) -> tuple[str, ...]:
        return code_swap.publish(target, zipped, names)

    reloader = Reloader(publish)
    if first := reloader.take(paths.FUNCTIONS.rglob("*")):
        yield first
    for batch in changes(paths.FUNCTIONS, debounce=QUIET_MS, step=QUIET_MS, stop_event=stop):
        if outcome := reloader.take(Path(path) for _, path in batch):
            yield outcome


def concerned(changed: Iterable[Path]) -> tuple[str, ...]:
    """The functions that have these files: a function's own folder is its own, others are all's."""
    folders = {path.relative_to(paths.FUNCTIONS).parts[0] for path in changed}
    own = {folder.replace("_", "-") for folder in folders}
    every = code_swap.function_names()
    return tuple(name for name in every if name in own) if own <= set(every) else every


def check_syntax(path: Path) -> None:
    """Raises LabError if there is a file that is not Python."""
    if path.suffix != ".py" or not path.exists():
        return
    try:
        compile(path.read_bytes(), path, "exec")
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise LabError(
            f"{path.relative_to(paths.FUNCTIONS.parent)}:{line}: {getattr(error, 'msg', error)}",
            "The functions keep the code that they have. Mend it and save again.",
        ) from error

"""Deploys saved changes of `functions/` to the running lab, without Terraform."""

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
from lab.deploy.release import versions

# Files that an editor writes together are one change.
QUIET_MS = 50

Publish = Callable[[Path, Iterable[str]], tuple[str, ...]]


@dataclass(frozen=True)
class Reload:
    """The short names of the updated functions, and the duration."""

    functions: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Rejection:
    """A change with a syntax error; nothing was deployed."""

    error: LabError


class Reloader:
    """Deploys changes to the functions that they affect."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._pending: set[Path] = set()  # until all of them are valid: the zip has all files
        self._libraries = package.library_files()

    def take(self, changed: Iterable[Path]) -> Reload | Rejection | None:
        """Deploys changed files; returns None if no function contains them."""
        began = time.monotonic()
        self._pending |= {path for path in changed if package.is_packed(path)}
        try:
            for path in sorted(self._pending):
                check_syntax(path)
        except LabError as error:
            return Rejection(error)
        names = affected_functions(self._pending)
        self._pending.clear()
        done = self._publish(package.build(self._libraries), names) if names else ()
        return Reload(done, time.monotonic() - began) if done else None


def watch(target: Target, stop: Event | None = None) -> Iterator[Reload | Rejection]:
    """Returns the outcome of each change, until `stop` is set or Ctrl-C.

    Changes since the last deploy come first. Raises LabError if the environment is not deployed,
    before any change.
    """
    require_deployed(target)
    return _outcomes(target, stop)


def require_deployed(target: Target) -> None:
    """Raises LabError if the target has none of the functions."""
    if not versions.live(target):
        raise LabError(
            f"{target.environment} is not deployed at {target.place}.",
            f"Deploy it: `lab deploy {target.environment}`.",
        )


def _outcomes(target: Target, stop: Event | None) -> Iterator[Reload | Rejection]:
    from watchfiles import watch as changes

    def publish(zipped: Path, names: Iterable[str]) -> tuple[str, ...]:
        return code_swap.publish(target, zipped, names)

    reloader = Reloader(publish)
    if first := reloader.take(paths.FUNCTIONS.rglob("*")):
        yield first
    for batch in changes(paths.FUNCTIONS, debounce=QUIET_MS, step=QUIET_MS, stop_event=stop):
        if outcome := reloader.take(Path(path) for _, path in batch):
            yield outcome


def affected_functions(changed: Iterable[Path]) -> tuple[str, ...]:
    """Returns the functions with these files; a file outside their folders belongs to all."""
    folders = {path.relative_to(paths.FUNCTIONS).parts[0] for path in changed}
    own = {folder.replace("_", "-") for folder in folders}
    every = code_swap.function_names()
    return tuple(name for name in every if name in own) if own <= set(every) else every


def check_syntax(path: Path) -> None:
    """Raises LabError if the file exists and has a syntax error."""
    if path.suffix != ".py" or not path.exists():
        return
    try:
        compile(path.read_bytes(), path, "exec")
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise LabError(
            f"{path.relative_to(paths.FUNCTIONS.parent)}:{line}: {getattr(error, 'msg', error)}",
            "The functions keep their current code. Correct the file and save it again.",
        ) from error

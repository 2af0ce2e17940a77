"""One lesson at a time on a lab: two would undo each other's changes.

A lesson takes products off sale that are not its own, gives roles their policies back, finishes
orders and publishes code. The process that begins a lesson holds the lab until the lesson has put
everything back, or until the process ends: a kernel that is killed leaves nothing locked.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from datetime import datetime
from pathlib import Path
from typing import IO

from lab.console.drawing.shown import RED, Box, show
from lab.core import endpoints, paths
from lab.core.errors import LabError

HINT = (
    "Run that notebook's last cell, which puts everything back, or shut its kernel down"
    " (Kernel, Shut Down Kernel). Then run this cell again."
)
_held: dict[Path, IO[str]] = {}


class LessonOpen(LabError):
    """Another process has a lesson open on this lab. Notebooks show its one line."""

    def _render_traceback_(self) -> list[str]:
        show(Box("Another lesson is open.", (self.message, self.hint), RED))
        return [f"LessonOpen: {self.message}"]


def take(endpoint: str, lesson: str) -> None:
    """Holds the lab at `endpoint` for a lesson of this process. Raises LessonOpen."""
    path = _path(endpoint)
    if path not in _held:
        _held[path] = _locked(path, endpoint)
    _write(_held[path], lesson)


def release(endpoint: str) -> None:
    """The lesson has put everything back: another one may begin."""
    if file := _held.pop(_path(endpoint), None):
        file.close()


def require_free(endpoint: str) -> None:
    """Raises LessonOpen if another process has a lesson open on this lab."""
    if _path(endpoint) not in _held:
        _locked(_path(endpoint), endpoint).close()


def _path(endpoint: str) -> Path:
    """One file for each lab, whatever its endpoint is called."""
    name = hashlib.sha256(endpoints.by_number(endpoint).encode()).hexdigest()[:12]
    return paths.home() / f"lesson-{name}.lock"


def _locked(path: Path, endpoint: str) -> IO[str]:
    file = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        told = _told(file, endpoint)
        file.close()
        raise LessonOpen(told, HINT) from None
    return file


def _write(file: IO[str], lesson: str) -> None:
    file.truncate(0)
    now = datetime.now().astimezone()
    json.dump({"lesson": lesson, "pid": os.getpid(), "since": f"{now:%H:%M}"}, file)
    file.flush()


def _told(file: IO[str], endpoint: str) -> str:
    """Who holds it; what that one has written may be only half there."""
    file.seek(0)
    why = f"two at once at {endpoint} would undo each other's changes."
    try:
        found = json.load(file)
        where = f"in another notebook (process {found['pid']}, since {found['since']})"
        return f"Lesson {found['lesson']} is open {where}, and {why}"
    except (ValueError, KeyError, TypeError):
        return f"A lesson is open in another notebook, and {why}"

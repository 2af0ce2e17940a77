"""Checks what long operations need: a running emulator, and disk space.

Waiting code checks these, so that it does not wait for something that cannot happen.
"""

from __future__ import annotations

import errno
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from lab.core import endpoints, paths, run_state
from lab.core.errors import LabError
from lab.core.run_state import Record

MB = 1_000_000
MIN_FREE = 8 * MB
"""With less free space the disk counts as full: a functions' package may not fit."""

REQUIRED_FREE = 48 * MB
"""A lab with the checkout deployed takes 35 MB, including 20 MB of deleted files that the emulator
keeps open."""

REFUSALS = 2
"""The number of refused connections in a row after which the emulator counts as ended."""

CONNECT_S = 2.0


def require_space(what: str) -> None:
    """Raises LabError if there is less disk space than `what` needs."""
    for folder in _folders():
        require_room(folder, REQUIRED_FREE, what)


def require_room(folder: Path, needed: int, what: str) -> None:
    """Raises LabError if there are fewer than `needed` bytes free on the disk of a folder."""
    there = free(folder)
    if there < needed:
        raise LabError(
            f"There is not enough space on the disk: {what} needs {needed // MB} MB where {folder}"
            f" is, and {there / MB:.1f} MB are free.",
            _space_hint(folder),
        )


def free(folder: Path) -> int:
    """The number of free bytes on the disk of a folder, which may not exist yet."""
    return shutil.disk_usage(_existing(folder)).free


def full_disk() -> LabError | None:
    """The LabError if a disk that the lab writes to is full; otherwise None."""
    for folder in _folders():
        there = free(folder)
        if there < MIN_FREE:
            return no_space(folder, f"{there / MB:.1f} MB are free")
    return None


def no_space(folder: Path | str, details: str) -> LabError:
    """The LabError for an operation that failed because the disk is full."""
    return LabError(
        f"There is no space left on the disk where {folder} is: {details}.", _space_hint(folder)
    )


def no_space_somewhere() -> LabError:
    """The same where the system does not say what could not be written."""
    home = paths.home_path()
    return LabError(
        f"There is no space left for what this command prints, or on the disk where {home} is.",
        _space_hint(home),
    )


def _space_hint(folder: Path | str) -> str:
    if Path(folder) == _temporary():
        return "Make room there, or name another folder for temporary files: TMPDIR=/somewhere/else"
    return (
        "Make room and run the command again, or keep the lab's files on another disk:"
        " LAB_HOME=/somewhere/else lab …"
    )


def _folders() -> Iterator[Path]:
    """The folders that the lab writes to: its home, and the temporary folder."""
    yield _existing(paths.home_path())
    yield _temporary()


def _temporary() -> Path:
    """The temporary folder, also on a full disk, where Python's test file cannot be written."""
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError:
        return Path(os.environ.get("TMPDIR") or "/tmp")  # noqa: S108 - only looked at


def _existing(folder: Path) -> Path:
    """The folder, or its nearest existing parent."""
    return next(one for one in (folder, *folder.parents) if one.is_dir())


CONTINUE = "`lab up` starts it as it was up to two seconds before; then run the command again."


@dataclass
class Life:
    """Checks repeatedly whether the emulator at an endpoint still runs.

    `known` is its record when the operation began; None if this lab did not start it. `advice`
    replaces what is said of an emulator of this lab.
    """

    endpoint: str
    known: Record | None
    refused: int = 0
    advice: str = ""

    @classmethod
    def of(cls, endpoint: str, advice: str = "") -> Life:
        """The emulator that runs at an endpoint now."""
        try:
            record = run_state.load()
        except OSError:  # the home cannot be created, so this lab has started none
            record = None
        known = record if record and endpoints.same(record.endpoint, endpoint) else None
        return cls(endpoint, known, advice=advice)

    def ended(self) -> LabError | None:
        """The LabError for an emulator that has ended; None while it runs."""
        return self._error() if self._has_ended() else None

    def _has_ended(self) -> bool:
        if self.known and not self.known.container:
            return self.known.process() is None
        self.refused = self.refused + 1 if _refuses(self.endpoint) else 0
        return self.refused >= REFUSALS

    def _error(self) -> LabError:
        if self.known is None:
            return LabError(
                f"The emulator at {self.endpoint} has ended: it answered when this began.",
                "What was deployed there is gone, unless it keeps its state. Start it where it"
                " runs, then `lab deploy` and `lab seed`.",
            )
        return LabError(
            f"The emulator at {self.endpoint} ({self.known.name}) has ended.",
            f"Its log: {paths.home() / 'emulator.log'}. {self.advice or CONTINUE}",
        )


def _refuses(endpoint: str) -> bool:
    """Whether the connection is refused. A busy emulator does not count: it still runs."""
    place = urlsplit(endpoint).hostname or "", endpoints.port_of(endpoint)
    try:
        socket.create_connection(place, timeout=CONNECT_S).close()
    except OSError as error:
        return error.errno == errno.ECONNREFUSED
    return False

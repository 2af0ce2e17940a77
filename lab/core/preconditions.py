"""What long work cannot go on without: an emulator that lives, and room on the disk.

Whatever waits asks here, so that no wait goes on when what it waits for cannot come.
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
LEAST = 8 * MB
"""With less than this the disk counts as full: a package of the functions may not fit any more."""

NEEDED = 48 * MB
"""A lab with the checkout deployed takes 35 MB, of which 20 are files that the emulator has deleted
and still reads."""

REFUSALS = 2
"""So often in a row a connection is refused before the emulator counts as ended."""

CONNECT_S = 2.0


def require_space(what: str) -> None:
    """Raises LabError if there is less room than `what` needs, before anything is begun."""
    for folder in _folders():
        require_room(folder, NEEDED, what)


def require_room(folder: Path, needed: int, what: str) -> None:
    """Raises LabError if there is less room where a folder is, or will be."""
    free = shutil.disk_usage(_existing(folder)).free
    if free < needed:
        raise LabError(
            f"There is not enough space on the disk: {what} needs {needed // MB} MB where {folder}"
            f" is, and {free / MB:.1f} MB are free.",
            _room(folder),
        )


def full_disk() -> LabError | None:
    """The error for a disk that is full, of those that the lab writes to."""
    for folder in _folders():
        free = shutil.disk_usage(folder).free
        if free < LEAST:
            return no_space(folder, f"{free / MB:.1f} MB are free")
    return None


def no_space(folder: Path | str, seen: str) -> LabError:
    """The error for work that came to its end because the disk is full."""
    return LabError(f"There is no space left on the disk where {folder} is: {seen}.", _room(folder))


def _room(folder: Path | str) -> str:
    if Path(folder) == _temporary():
        return "Make room there, or name another folder for temporary files: TMPDIR=/somewhere/else"
    return (
        "Make room and run the command again, or keep the lab's files on another disk:"
        " LAB_HOME=/somewhere/else lab …"
    )


def _folders() -> Iterator[Path]:
    """Where the lab writes: its home, and the folder for temporary files."""
    yield _existing(paths.home_path())
    yield _temporary()


def _temporary() -> Path:
    """Python looks for it by writing a file, so on a full disk it finds none at all."""
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError:
        return Path(os.environ.get("TMPDIR") or "/tmp")  # noqa: S108 - only looked at


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above that exists."""
    return next(one for one in (folder, *folder.parents) if one.is_dir())


@dataclass
class Life:
    """Whether the emulator at an endpoint still lives. To be asked again and again.

    `known` is what was recorded of it when the work began; None if this lab did not start it.
    """

    endpoint: str
    known: Record | None
    refused: int = 0

    @classmethod
    def of(cls, endpoint: str) -> Life:
        """The emulator at an endpoint, as it is now."""
        try:
            found = run_state.load()
        except OSError:  # a home that cannot be made: this lab has started none there
            found = None
        return cls(endpoint, found if found and endpoints.same(found.endpoint, endpoint) else None)

    def ended(self) -> LabError | None:
        """The error for an emulator that has ended; None while it lives."""
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
            f"The emulator at {self.endpoint} ({self.known.name}) has ended, and everything that"
            " was deployed there is gone with it.",
            f"Its log: {paths.home() / 'emulator.log'}. Then `lab up`, `lab deploy` and `lab seed`"
            " bring everything back.",
        )


def _refuses(endpoint: str) -> bool:
    """Whether nothing listens there. One that is busy does not count: it lives."""
    place = urlsplit(endpoint).hostname or "", endpoints.port_of(endpoint)
    try:
        socket.create_connection(place, timeout=CONNECT_S).close()
    except OSError as error:
        return error.errno == errno.ECONNREFUSED
    return False

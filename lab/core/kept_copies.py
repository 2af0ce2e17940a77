"""What somebody wrote is never lost: whatever the lab replaces is kept under a name of its own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from lab.core import paths


def put_aside(path: Path, folder: Path | None = None) -> Path | None:
    """Moves a file or folder to a name that is free, beside it or in `folder`.

    Gives where it is now, or None where there is nothing.
    """
    if not path.exists():
        return None
    place = folder or path.parent
    place.mkdir(parents=True, exist_ok=True)
    return path.replace(_free(place, path))


def folder_of(what: str) -> Path:
    """Where copies of `what` are kept that cannot stay beside the original."""
    return paths.home() / "kept" / what


def _free(place: Path, path: Path) -> Path:
    """Such as `04_stock.until-20261126-231500.ipynb`; two of one second have a number."""
    at = f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
    numbered = (f"{at}-{n}" if n > 1 else at for n in count(1))
    names = (place / f"{path.stem}.until-{mark}{path.suffix}" for mark in numbered)
    return next(name for name in names if not name.exists())


@dataclass(frozen=True)
class Written:
    """What the lab itself wrote below a folder, as a record says: the rest is somebody else's."""

    folder: Path
    record: Path

    def by_others(self, files: Iterable[Path]) -> list[Path]:
        """Those of the files that are not as the lab has written them."""
        known = self.marks()
        return [file for file in files if known.get(self._name(file)) != _digest(file)]

    def note(self, files: Iterable[Path]) -> None:
        """Remembers the files as they are now, and nothing else."""
        marks = {self._name(file): _digest(file) for file in files if file.is_file()}
        draft = self.record.with_name(f"{self.record.name}.new")
        draft.write_text(json.dumps(marks, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        draft.replace(self.record)

    def marks(self) -> dict[str, str]:
        """A fingerprint of each file that the lab wrote, by its path; empty without a record."""
        with suppress(FileNotFoundError, ValueError):
            found = json.loads(self.record.read_text(encoding="utf-8"))
            return dict(found) if isinstance(found, dict) else {}
        return {}

    def _name(self, file: Path) -> str:
        return file.relative_to(self.folder).as_posix()


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def digests(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The fingerprints of files below a folder, by their names there."""
    return {name: _digest(folder / name) for name in names}

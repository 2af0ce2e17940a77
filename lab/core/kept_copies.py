"""Keeps copies of the user's files that the lab replaces."""

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
    """Moves a file or folder to an unused name, beside it or in `folder`.

    Returns the new path, or None if the file does not exist.
    """
    if not path.exists():
        return None
    place = folder or path.parent
    place.mkdir(parents=True, exist_ok=True)
    return path.replace(_free(place, path))


def folder_of(what: str) -> Path:
    """The folder for copies of `what` that cannot be kept beside the original."""
    return paths.home() / "kept" / what


def _free(place: Path, path: Path) -> Path:
    """An unused path such as `04_stock.until-20261126-231500.ipynb`, numbered if necessary."""
    at = f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
    numbered = (f"{at}-{n}" if n > 1 else at for n in count(1))
    names = (place / f"{path.stem}.until-{mark}{path.suffix}" for mark in numbered)
    return next(name for name in names if not name.exists())


@dataclass(frozen=True)
class Written:
    """A record of the files that the lab has written to a folder; others are the user's."""

    folder: Path
    record: Path

    def by_others(self, files: Iterable[Path]) -> list[Path]:
        """The files that differ from what the lab has written."""
        known = self.marks()
        return [file for file in files if known.get(self._name(file)) != _digest(file)]

    def note(self, files: Iterable[Path]) -> None:
        """Replaces the record by the current digests of the files."""
        marks = {self._name(file): _digest(file) for file in files if file.is_file()}
        draft = self.record.with_name(f"{self.record.name}.new")
        draft.write_text(json.dumps(marks, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        draft.replace(self.record)

    def marks(self) -> dict[str, str]:
        """The digests of the files that the lab has written, by path; empty without a record."""
        with suppress(FileNotFoundError, ValueError):
            content = json.loads(self.record.read_text(encoding="utf-8"))
            return dict(content) if isinstance(content, dict) else {}
        return {}

    def _name(self, file: Path) -> str:
        return file.relative_to(self.folder).as_posix()


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def digests(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The digests of files in a folder, by name."""
    return {name: _digest(folder / name) for name in names}

"""Adapts the links of lessons to the folder of their copies.

A lesson links to its neighbours (`05_payment.ipynb`) and to other folders (`../docs/…`). JupyterLab
serves only the folder that it was opened on, so that folder has symbolic links to, or copies of,
the linked parts of the project.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lab.core import file_permissions, kept_copies, paths
from lab.lessons import notebook_files
from lab.lessons.notebook_files import Book, Cell

OUTWARD = re.compile(r"\]\(\.\./([^/)#]+)")
COPIED = "docs"


def fitted(content: dict[str, Any]) -> dict[str, Any]:
    """The notebook with links that are valid in the folder of the copies."""
    return {**content, "cells": [_fitted(cell) for cell in content["cells"]]}


def _fitted(cell: Cell) -> Cell:
    if cell["cell_type"] != "markdown":
        return cell
    text = OUTWARD.sub(r"](\1", notebook_files.source(cell))
    return {**cell, "source": text.splitlines(keepends=True)}


def provide(folder: Path, lessons: Iterable[Book]) -> list[Path]:
    """Creates symbolic links in the folder to what the lessons link to.

    Copies the part with pictures, because JupyterLab serves no files through links to the outside.
    Puts changed files of that copy aside before replacing them, and returns their new paths.
    """
    kept = list[Path]()
    for name in sorted({name for book in lessons for name in _linked_parts(book)}):
        place = folder / name
        if name == COPIED:
            kept += _copy(paths.ROOT / name, place)
        elif not place.exists():
            place.unlink(missing_ok=True)  # a broken link
            place.symlink_to(paths.ROOT / name)
    return kept


def _copy(source: Path, place: Path) -> list[Path]:
    if place.is_symlink():
        place.unlink()
    written = kept_copies.Written(place, place.with_name(f".{place.name}-made-from.json"))
    names = [file.relative_to(source) for file in source.rglob("*") if file.is_file()]
    changed = [place / name for name in names if _differs(source / name, place / name)]
    kept = [kept_copies.put_aside(file) for file in written.by_others(changed)]
    file_permissions.copy_tree(source, place)
    written.note(place / name for name in names)
    return [file for file in kept if file]


def _differs(source: Path, place: Path) -> bool:
    return place.is_file() and place.read_bytes() != source.read_bytes()


def _linked_parts(book: Book) -> Iterable[str]:
    for cell in book.cells:
        if cell["cell_type"] == "markdown":
            yield from OUTWARD.findall(notebook_files.source(cell))

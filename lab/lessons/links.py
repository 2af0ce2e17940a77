"""Links of a lesson that is read elsewhere than in `notebooks/`: of its copies.

A lesson points to its neighbours (`05_payment.ipynb`) and into the checkout (`../docs/…`). A
front end serves only the folder that it was opened on, so the parts of the checkout that lessons
point to are there as links, or as copies.
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
PICTURED = "docs"


def fitted(content: dict[str, Any]) -> dict[str, Any]:
    """The notebook with links that fit such a folder."""
    return {**content, "cells": [_fitted(cell) for cell in content["cells"]]}


def _fitted(cell: Cell) -> Cell:
    if cell["cell_type"] != "markdown":
        return cell
    text = OUTWARD.sub(r"](\1", notebook_files.source(cell))
    return {**cell, "source": text.splitlines(keepends=True)}


def provide(folder: Path, lessons: Iterable[Book]) -> list[Path]:
    """Links what the lessons point to in the checkout into the folder.

    The part with pictures is copied: JupyterLab serves no file that a link leads out to. What
    somebody wrote into that copy is put aside before it is replaced; gives where it is now.
    """
    kept = list[Path]()
    for name in sorted({name for book in lessons for name in _pointed_to(book)}):
        place = folder / name
        if name == PICTURED:
            kept += _copied(paths.ROOT / name, place)
        elif not place.exists():
            place.unlink(missing_ok=True)  # a link that leads nowhere any more
            place.symlink_to(paths.ROOT / name)
    return kept


def _copied(source: Path, place: Path) -> list[Path]:
    if place.is_symlink():
        place.unlink()
    written = kept_copies.Written(place, place.with_name(f".{place.name}-made-from.json"))
    names = [file.relative_to(source) for file in source.rglob("*") if file.is_file()]
    there = [place / name for name in names if _differs(source / name, place / name)]
    kept = [kept_copies.put_aside(file) for file in written.by_others(there)]
    file_permissions.copy_tree(source, place)
    written.note(place / name for name in names)
    return [file for file in kept if file]


def _differs(source: Path, place: Path) -> bool:
    return place.is_file() and place.read_bytes() != source.read_bytes()


def _pointed_to(book: Book) -> Iterable[str]:
    for cell in book.cells:
        if cell["cell_type"] == "markdown":
            yield from OUTWARD.findall(notebook_files.source(cell))

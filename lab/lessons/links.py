"""Links of a lesson that is read elsewhere than in `notebooks/`: its copies, its web page.

A lesson points to its neighbours (`05_payment.ipynb`) and into the checkout (`../docs/…`). A
front end serves only the folder that it was opened on, so the parts of the checkout that lessons
point to are there as links, or as copies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lab import paths, privacy
from lab.lessons import books
from lab.lessons.books import Book, Cell

OUTWARD = re.compile(r"\]\(\.\./([^/)#]+)")
PICTURED = "docs"
NEIGHBOUR = re.compile(r"\]\((\d\d_\w+)\.ipynb")


def fitted(content: dict[str, Any], neighbours: str = "ipynb") -> dict[str, Any]:
    """The notebook with links that fit such a folder; lessons there end in `neighbours`."""
    return {**content, "cells": [_fitted(cell, neighbours) for cell in content["cells"]]}


def _fitted(cell: Cell, neighbours: str) -> Cell:
    if cell["cell_type"] != "markdown":
        return cell
    text = OUTWARD.sub(r"](\1", books.source(cell))
    text = NEIGHBOUR.sub(rf"](\1.{neighbours}", text)
    return {**cell, "source": text.splitlines(keepends=True)}


def provide(folder: Path, lessons: Iterable[Book]) -> None:
    """Links what the lessons point to in the checkout into the folder.

    The part with pictures is copied: JupyterLab serves no file that a link leads out to.
    """
    for name in sorted({name for book in lessons for name in _pointed_to(book)}):
        place = folder / name
        if place.is_symlink():
            place.unlink()
        if name == PICTURED:
            privacy.copy_tree(paths.ROOT / name, place)
        elif not place.exists():
            place.symlink_to(paths.ROOT / name)


def _pointed_to(book: Book) -> Iterable[str]:
    for cell in book.cells:
        if cell["cell_type"] == "markdown":
            yield from OUTWARD.findall(books.source(cell))

"""The lessons as files: `notebooks/NN_topic.ipynb`, and the tags of their cells."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from lab.core import paths
from lab.core.errors import LabError

FOLDER = paths.ROOT / "notebooks"
CHECK = re.compile(r"""lessons\.check\(\s*f?["'](\d\d\.\d+)""")
Cell = dict[str, Any]


@dataclass(frozen=True)
class Book:
    """The notebook of a lesson as in git: with solutions, without outputs."""

    path: Path

    @property
    def name(self) -> str:
        """Such as `04_stock`."""
        return self.path.stem

    @property
    def number(self) -> str:
        """Such as `04`."""
        return self.name[:2]

    @cached_property
    def content(self) -> dict[str, Any]:
        """The notebook's JSON."""
        content: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
        return content

    @property
    def cells(self) -> Sequence[Cell]:
        """Its cells, in order."""
        cells: Sequence[Cell] = self.content["cells"]
        return cells

    @property
    def title(self) -> str:
        """The first heading, without its mark."""
        return source(self.cells[0]).splitlines()[0].lstrip("# ").strip()

    @property
    def checks(self) -> tuple[str, ...]:
        """The ids of its checks, in order."""
        return tuple(CHECK.findall("\n".join(source(c) for c in self.cells if tagged(c, "check"))))


def source(cell: Cell) -> str:
    """The text of a cell, which files store as a string or a list of lines."""
    text = cell["source"]
    return text if isinstance(text, str) else "".join(text)


def tagged(cell: Cell, tag: str) -> bool:
    """Whether a cell has this tag."""
    return tag in cell.get("metadata", {}).get("tags", [])


def all_lessons(folder: Path = FOLDER) -> list[Book]:
    """Every lesson, in order."""
    return [Book(path) for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))]


def lesson(name: str, folder: Path = FOLDER) -> Book:
    """The lesson of this number (`4`, `04`) or name. Raises LabError (code 2) if there is none."""
    requested = name.removesuffix(".ipynb")
    number = requested.zfill(2) if requested.isdigit() else ""
    books = all_lessons(folder)
    for book in books:
        if requested == book.name or number == book.number:
            return book
    known = ", ".join(book.name for book in books)
    raise LabError(f"There is no lesson {name!r}.", f"The lessons are: {known}.", code=2)


def without_solutions(content: dict[str, Any]) -> dict[str, Any]:
    """The content of the learner's copy of a notebook."""
    return {**content, "cells": [c for c in content["cells"] if not tagged(c, "solution")]}


def serialized(content: dict[str, Any]) -> str:
    """The text of a notebook in Jupyter's format."""
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"

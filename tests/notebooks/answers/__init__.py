"""The answers of every lesson: `lesson_04.py` has a `TABLE` for lesson 04."""

from __future__ import annotations

from importlib import import_module

from lab.lessons.notebook_files import Book
from tests.notebooks.answers.table import Table


def of(book: Book) -> Table:
    """The answers to a lesson's exercises, by the ids of their checks."""
    table: Table = import_module(f"{__name__}.lesson_{book.number}").TABLE
    return table

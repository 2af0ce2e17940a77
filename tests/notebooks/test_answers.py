"""Every exercise has wrong answers that its check is tried with: `answers/`."""

from __future__ import annotations

import pytest

from lab.lessons import notebook_files
from lab.lessons.notebook_files import Book
from tests.notebooks import answers

FEWEST = 3


@pytest.mark.parametrize("book", notebook_files.all_lessons(), ids=lambda book: book.name)
def test_each_check_is_tried_with_several_wrong_answers(book: Book) -> None:
    table = answers.of(book)
    assert tuple(table) == book.checks
    for check, to_it in table.items():
        assert len({wrong.code for wrong in to_it.wrong}) >= FEWEST, check
        assert all(wrong.says for wrong in to_it.wrong), check

"""The pages of the lessons: their colours, their way back to the list, and the list itself."""

from __future__ import annotations

import pytest

from lab.lessons import books, site

BOOK = books.lesson("04")


def test_a_page_is_dark_for_whoever_reads_in_the_dark() -> None:
    head = site._head("auto")
    assert "@media screen and (prefers-color-scheme: dark)" in head
    assert "--jp-layout-color0" in head


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_that_was_asked_for_does_not_change_with_the_reader(theme: str) -> None:
    head = site._head(theme)
    assert f"color-scheme: {theme} }}" in head
    assert "prefers-color-scheme" not in head


def test_a_page_has_its_lesson_s_title_and_leads_back_to_the_list() -> None:
    content = site._dressed(BOOK, "auto")
    assert content["metadata"]["title"].startswith(BOOK.title)
    assert "[All lessons](index.html)" in content["cells"][0]["source"]
    assert len(content["cells"]) == len(BOOK.cells) + 1


def test_the_list_says_how_long_a_lesson_takes_and_what_for() -> None:
    item = site._item(BOOK)
    assert f'href="{BOOK.name}.html"' in item
    assert "30 minutes. You oversell a product in two ways" in item

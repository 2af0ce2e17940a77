"""The pages of the lessons: their colours, their way back to the list, and the list itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab.core import paths
from lab.core.target import Target
from lab.lessons import library, notebook_files, scores, site, workshop
from lab.lessons.notebook_files import Book, tagged

BOOK = notebook_files.lesson("04")


def test_a_page_is_dark_for_whoever_reads_in_the_dark() -> None:
    head = site._head("auto")
    assert "@media screen and (prefers-color-scheme: dark)" in head
    assert "--jp-layout-color0" in head


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_that_was_asked_for_does_not_change_with_the_reader(theme: str) -> None:
    head = site._head(theme)
    assert f"color-scheme: {theme} }}" in head
    assert "prefers-color-scheme" not in head


def test_a_page_has_its_lesson_s_title_and_leads_to_the_list_and_its_neighbours() -> None:
    content = site._page_content(BOOK, "auto")
    assert content["metadata"]["title"].startswith(BOOK.title)
    for end in (content["cells"][0], content["cells"][-1]):
        leads_to = re.findall(r"\]\((\S+)\)", end["source"])
        assert leads_to == ["03_cart_and_price.html", "index.html", "05_payment.html"]


def test_the_first_page_and_the_last_have_one_neighbour_each() -> None:
    first, *_, last = notebook_files.all_lessons()
    assert site._navigation(first).startswith("[All lessons]")
    assert site._navigation(last).endswith("[All lessons](index.html)")


def test_stub_solution_and_check_are_told_apart() -> None:
    cells = site._page_content(BOOK, "auto")["cells"]
    for tag, label in site.LABELS.items():
        marked = [n for n, cell in enumerate(cells) if tagged(cell, tag)]
        assert marked
        assert all(cells[n - 1]["source"] == label for n in marked)


def test_the_list_says_how_long_a_lesson_takes_and_what_for() -> None:
    item = site._item(BOOK)
    assert f'href="{BOOK.name}.html"' in item
    assert "30 minutes. You oversell a product in two ways" in item


# --- the built folder

HOST = re.compile(
    r"""(?:src|data)=["']?(?:https?:)?//|import\(["'](?:https?:)?//|url\(["']?(?:https?:)?//"""
    r"""|<link[^>]+href=["']?(?:https?:)?//|@import"""
)
NOTEBOOK: dict[str, Any] = {
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}
PROGRAM = """\
from lab.lessons import scores, workshop
from lab.core.target import Target

mine = workshop.Workshop(workshop.folder(), Target())
mine.start_over()
mine.patch("gift_wrapping")
scores.note("14.1")
print("changed:", len(mine.changed()))"""
TOLD = """\
# 14 · Capstone

**Goal.** Short. [Docs](../docs/runbook.md#compensation-not-empty), [next](04_stock.ipynb),
[code](../functions/checkout/task_runner.py), [AWS](https://docs.aws.amazon.com/).
$$ x $$"""


@dataclass(frozen=True)
class Built:
    """A built capstone that needs no lab, among the other lessons, which are not built."""

    home: Path
    page: str
    learner: dict[Path, bytes]

    @property
    def folder(self) -> Path:
        return self.home / "lessons-html"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """Built once, in the home of a learner who has changed the capstone's sources."""
    home = tmp_path_factory.mktemp("site") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_HOME", str(home))
        for name in (scores.PATH_VARIABLE, workshop.PATH_VARIABLE):
            patch.delenv(name, raising=False)
        short = a_short_capstone()
        others = [other for other in notebook_files.all_lessons() if other != short]
        patch.setattr(notebook_files, "all_lessons", lambda: [*others, short])
        learner = workshop.Workshop(workshop.folder(), Target())
        learner.start_over()
        (learner.folder / "checkout" / "domain" / "pricing.py").write_text("ANSWER = 42\n")
        before = contents(home / "lessons")
        site.build([short], lambda _: None)
        yield Built(home, site._page_of(short).read_text(), before)


def a_short_capstone() -> Book:
    hidden = {"tags": ["check"], "jupyter": {"source_hidden": True}}
    code = {"cell_type": "code", "execution_count": None, "outputs": []}
    cells = [
        {"cell_type": "markdown", "id": "title", "metadata": {}, "source": TOLD},
        {**code, "id": "run", "metadata": {"tags": ["solution"]}, "source": PROGRAM},
        {**code, "id": "check", "metadata": hidden, "source": "'the answer'"},
    ]
    book = Book(paths.ROOT / "notebooks" / "14_capstone.ipynb")
    book.__dict__["content"] = {**NOTEBOOK, "cells": cells}
    return book


def contents(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.exhaustive
def test_pages_ask_no_other_host_and_every_link_leads_somewhere(built: Built) -> None:
    pages = list(built.folder.rglob("*.html"))

    assert len(pages) > len(notebook_files.all_lessons())
    assert [page for page in pages if HOST.search(page.read_text())] == []
    assert [leads for page in pages for leads in broken(page, built.folder)] == []
    assert [path for path in built.folder.rglob("*") if path.is_symlink()] == []


def test_a_page_that_would_ask_another_host_is_seen() -> None:
    for asks in (
        '<script src="https://cdn',
        "import('https://c')",
        "<img src=//c>",
        "url(http://c",
    ):
        assert HOST.search(asks), asks


def broken(page: Path, folder: Path) -> list[str]:
    links = re.findall(r'<a [^>]*href="([^"]+)"', page.read_text())
    inside = [link for link in links if not re.match(r"https?:|mailto:", link)]
    return [f"{page.name}: {link}" for link in inside if not leads(page, link, folder)]


def leads(page: Path, link: str, folder: Path) -> bool:
    path, _, name = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.is_file() or not target.is_relative_to(folder.resolve()):
        return False
    return not name or re.search(rf'id="?{re.escape(name)}["\s>]', target.read_text()) is not None


def test_what_is_hidden_in_jupyterlab_is_folded_on_a_page(built: Built) -> None:
    folded = built.page[built.page.index("<details><summary>Show the code") :]

    assert folded.index("the answer") < folded.index("</details>")


def test_a_page_s_run_leaves_a_learner_s_work_and_progress_alone(built: Built) -> None:
    assert "changed: " in built.page, "the solution was not run"
    assert contents(built.home / "lessons") == built.learner
    assert not (built.home / "progress.json").exists()


def test_a_lesson_that_is_not_built_says_how_it_is_and_is_not_in_the_list(built: Built) -> None:
    index = (built.folder / "index.html").read_text()

    assert "lab lessons-html 04" in (built.folder / "04_stock.html").read_text()
    assert "04_stock.html" not in index
    assert "14_capstone.html" in index


def test_a_link_into_the_checkout_of_an_earlier_build_is_not_written_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    site.folder().mkdir(parents=True)
    (tmp_path / "functions").mkdir()
    (site.folder() / "functions").symlink_to(tmp_path / "functions")

    site._prepare_folder()
    library.write(site.folder(), notebook_files.all_lessons())

    assert list((tmp_path / "functions").iterdir()) == []
    assert (site.folder() / "functions" / "checkout" / "task_runner.py.html").is_file()

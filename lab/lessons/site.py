"""The lessons as web pages: executed with their solutions, and an index.

They run in a workshop of their own and pass their own checks: a learner's are left alone. The
pages ask no other host for anything.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from lab.core import child_processes, paths
from lab.core.errors import LabError
from lab.lessons import library, notebook_files, page, scores, workshop
from lab.lessons.notebook_files import Book, Cell, tagged

Say = Callable[[str], None]
PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Checkout Lab: the lessons</title>
<style>
:root { color-scheme: light dark }
body { font: 17px/1.6 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem }
ul { list-style: none; padding: 0 }
li { margin: 1rem 0 }
small { display: block; opacity: .75 }
a { color: #3b8ac4 }
</style>
<h1>Checkout Lab: the lessons</h1>
<p>Each lesson as it looks after it was run, solutions included. To work through them yourself:
<code>lab notebooks</code>. After the first, each stands on its own.</p>
<ul>
$lessons
</ul>
</html>
""")
HEAD = Template("""<style>
:root { color-scheme: $scheme }
details { margin-bottom: 1em }
$more
</style>

""")
TEMPLATES = Path(__file__).with_name("templates")
NOT_BUILT = "<!-- not built -->"
LABELS = {
    "exercise": "**Your turn.** In your copy, this is the cell to change.",
    "solution": "**One solution.** Your copy does not have this cell.",
    "check": "**The check**, after the solution:",
}


def folder() -> Path:
    """Where the pages go: with the lab's other build output, which git does not see."""
    return paths.home() / "lessons-html"


def build(chosen: Sequence[Book], say: Say, theme: str = "auto") -> Path:
    """Runs the chosen lessons one after the other and writes their pages; gives the index.

    `theme` is light, dark, or auto: as the reader's system is set while reading.
    Raises LabError with the end of what Jupyter said if a lesson does not run.
    """
    _make_room()
    library.write(folder(), notebook_files.all_lessons())
    with tempfile.TemporaryDirectory(prefix="lab-pages-") as scratch:
        for book in chosen:
            say(book.title)
            _export(book, theme, Path(scratch))
    for book in notebook_files.all_lessons():
        if book not in _built():
            _page_of(book).write_text(_missing(book), encoding="utf-8")
    index = folder() / "index.html"
    index.write_text(PAGE.substitute(lessons="\n".join(map(_item, _built()))), encoding="utf-8")
    return index


def _make_room() -> None:
    """The folder, without links into the checkout: an earlier lab made some. Pages go there."""
    folder().mkdir(parents=True, exist_ok=True)
    for found in folder().iterdir():
        if found.is_symlink():
            found.unlink()


def _page_of(book: Book) -> Path:
    return folder() / library.place(book.path)


def _built() -> list[Book]:
    pages = {book: _page_of(book) for book in notebook_files.all_lessons()}
    return [book for book, page in pages.items() if page.exists() and not _is_empty(page)]


def _is_empty(built: Path) -> bool:
    with built.open(encoding="utf-8") as text:
        return text.readline().startswith(NOT_BUILT)


def _missing(book: Book) -> str:
    """What is there until a lesson is built, so that no link leads nowhere."""
    told = f"This lesson's page is not built yet: <code>lab lessons-html {book.number}</code>"
    title = escape(book.title)
    body = f"<h1>{title}</h1>\n<p>{told}</p>"
    told = library.PAGE.substitute(title=title, style=library.STYLE, index="index.html", body=body)
    return f"{NOT_BUILT}\n{told}"


def _item(book: Book) -> str:
    goal = page.goal(book).split(". ")[0].rstrip(".")
    about = f"<small>{page.minutes(book)} minutes. {escape(goal)}.</small>"
    return f'<li><a href="{book.name}.html">{escape(book.title)}</a>{about}</li>'


def _dressed(book: Book, theme: str) -> dict[str, Any]:
    """The lesson as its page has it: with a title, ways to the others, and a word on each part."""
    ways = _ways(book)
    cells = [_told("page", _head(theme) + ways)]
    for cell in book.cells:
        cells += [*_label(cell), _fitted(cell, book)]
    metadata = {**book.content["metadata"], "title": f"{book.title} (Checkout Lab)"}
    return {**book.content, "metadata": metadata, "cells": [*cells, _told("ways", ways)]}


def _told(name: str, text: str) -> Cell:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text}


def _label(cell: Cell) -> list[Cell]:
    return [_told(f"{cell['id']}-label", text) for tag, text in LABELS.items() if tagged(cell, tag)]


def _fitted(cell: Cell, book: Book) -> Cell:
    if cell["cell_type"] != "markdown":
        return cell
    return {**cell, "source": library.fitted(notebook_files.source(cell), book.path)}


def _ways(book: Book) -> str:
    """The lesson before, the list, and the lesson after, as links."""
    every = notebook_files.all_lessons()
    at = [other.name for other in every].index(book.name)
    before = [f"[← {other.title}]({other.name}.html)" for other in every[:at][-1:]]
    after = [f"[{other.title} →]({other.name}.html)" for other in every[at + 1 :][:1]]
    return " · ".join([*before, "[All lessons](index.html)", *after])


def _head(theme: str) -> str:
    if theme != "auto":
        return HEAD.substitute(scheme=theme, more="")
    dark = f"@media screen and (prefers-color-scheme: dark) {{\n{_dark_colours()}\n}}"
    return HEAD.substitute(scheme="light dark", more=dark)


def _dark_colours() -> str:
    """The colours of JupyterLab's dark theme, as nbconvert has them: it writes one theme only."""
    from jupyter_core.paths import jupyter_path

    found = jupyter_path("nbconvert", "templates", "lab", "static", "theme-dark.css")
    return next(Path(path).read_text("utf-8") for path in found if Path(path).exists())


def _export(book: Book, theme: str, scratch: Path, execute: bool = True) -> None:
    """Runs `jupyter nbconvert` on a copy that is made for the page."""
    copy = scratch / book.path.name
    copy.write_text(notebook_files.written(_dressed(book, theme)), encoding="utf-8")
    base = "dark" if theme == "dark" else "light"
    command = [sys.executable, "-m", "nbconvert", "--to", "html", f"--theme={base}"]
    command += [f"--TemplateExporter.extra_template_basedirs={TEMPLATES}", "--template=lesson"]
    command += ["--execute"] if execute else []
    done = child_processes.run(
        [*command, f"--output-dir={folder()}", copy],
        _environment(scratch),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise LabError(f"{book.name} does not run:\n{done.stderr[-3000:]}")


def _environment(scratch: Path) -> dict[str, str]:
    """With progress and a workshop of its own: what the solutions do is not the learner's."""
    own = {
        scores.ELSEWHERE: str(scratch / "progress.json"),
        workshop.ELSEWHERE: str(scratch / "lessons" / "workshop"),
    }
    return child_processes.as_the_user_has_it(**kernel_home(), **own)


def kernel_home() -> dict[str, str]:
    """What a kernel needs to find this lab, and the lab's programs, from any folder.

    What a learner typed, and the keys of kernels and servers, stay in the lab's home too.
    """
    programs = str(Path(sys.executable).parent)
    return {
        "LAB_HOME": str(paths.home()),
        "IPYTHONDIR": str(_ipython()),
        "JUPYTER_RUNTIME_DIR": str(paths.home() / "jupyter"),
        "PATH": os.pathsep.join([programs, os.environ.get("PATH", "")]),
    }


def _ipython() -> Path:
    """IPython copies a file to its folder with a mode that others can read, unless it is there."""
    folder = paths.home() / "ipython"
    startup = folder / "profile_default" / "startup"
    startup.mkdir(parents=True, exist_ok=True)
    (startup / "README").touch()
    return folder

"""Builds web pages of the lessons, executed with their solutions, and an index.

The runs use a separate workshop and progress file, so that the learner's stay unchanged. The pages
load nothing from other hosts.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from lab.core import child_processes, paths
from lab.core.errors import LabError
from lab.core.progress import Progress
from lab.lessons import library, notebook_files, page, scores, workshop
from lab.lessons.notebook_files import Book, Cell, tagged

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
    """The folder of the pages, in the lab's home, which git ignores."""
    return paths.home() / "lessons-html"


def build(chosen: Sequence[Book], on_progress: Progress, theme: str = "auto") -> Path:
    """Runs the chosen lessons, writes their pages, and returns the path of the index.

    `theme` is light, dark, or auto (the setting of the reader's system).
    Raises LabError with the end of Jupyter's output if a lesson fails.
    """
    _prepare_folder()
    library.write(folder(), notebook_files.all_lessons())
    with tempfile.TemporaryDirectory(prefix="lab-pages-") as scratch:
        for book in chosen:
            on_progress(book.title)
            _export(book, theme, Path(scratch))
    for book in notebook_files.all_lessons():
        if book not in _built():
            _page_of(book).write_text(_placeholder(book), encoding="utf-8")
    index = folder() / "index.html"
    index.write_text(PAGE.substitute(lessons="\n".join(map(_item, _built()))), encoding="utf-8")
    return index


def _prepare_folder() -> None:
    """Creates the folder, and removes symbolic links that earlier versions have created."""
    folder().mkdir(parents=True, exist_ok=True)
    for path in folder().iterdir():
        if path.is_symlink():
            path.unlink()


def _page_of(book: Book) -> Path:
    return folder() / library.place(book.path)


def _built() -> list[Book]:
    pages = {book: _page_of(book) for book in notebook_files.all_lessons()}
    return [book for book, page in pages.items() if page.exists() and not _is_empty(page)]


def _is_empty(built: Path) -> bool:
    with built.open(encoding="utf-8") as text:
        return text.readline().startswith(NOT_BUILT)


def _placeholder(book: Book) -> str:
    """A placeholder for a lesson that is not built, so that no link is broken."""
    message = f"This lesson's page is not built yet: <code>lab lessons-html {book.number}</code>"
    title = escape(book.title)
    body = f"<h1>{title}</h1>\n<p>{message}</p>"
    content = library.PAGE.substitute(
        title=title, style=library.STYLE, index="index.html", body=body
    )
    return f"{NOT_BUILT}\n{content}"


def _item(book: Book) -> str:
    goal = page.goal(book).split(". ")[0].rstrip(".")
    about = f"<small>{page.minutes(book)} minutes. {escape(goal)}.</small>"
    return f'<li><a href="{book.name}.html">{escape(book.title)}</a>{about}</li>'


def _page_content(book: Book, theme: str) -> dict[str, Any]:
    """The notebook of a page: with a title, navigation, and labels for exercises."""
    navigation = _navigation(book)
    cells = [_markdown_cell("page", _head(theme) + navigation)]
    for cell in book.cells:
        cells += [*_label(cell), _fitted(cell, book)]
    metadata = {**book.content["metadata"], "title": f"{book.title} (Checkout Lab)"}
    return {
        **book.content,
        "metadata": metadata,
        "cells": [*cells, _markdown_cell("ways", navigation)],
    }


def _markdown_cell(name: str, text: str) -> Cell:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text}


def _label(cell: Cell) -> list[Cell]:
    return [
        _markdown_cell(f"{cell['id']}-label", text)
        for tag, text in LABELS.items()
        if tagged(cell, tag)
    ]


def _fitted(cell: Cell, book: Book) -> Cell:
    if cell["cell_type"] != "markdown":
        return cell
    return {**cell, "source": library.fitted(notebook_files.source(cell), book.path)}


def _navigation(book: Book) -> str:
    """Links to the previous lesson, the index, and the next lesson."""
    books = notebook_files.all_lessons()
    at = [other.name for other in books].index(book.name)
    before = [f"[← {other.title}]({other.name}.html)" for other in books[:at][-1:]]
    after = [f"[{other.title} →]({other.name}.html)" for other in books[at + 1 :][:1]]
    return " · ".join([*before, "[All lessons](index.html)", *after])


def _head(theme: str) -> str:
    if theme != "auto":
        return HEAD.substitute(scheme=theme, more="")
    dark = f"@media screen and (prefers-color-scheme: dark) {{\n{_dark_colours()}\n}}"
    return HEAD.substitute(scheme="light dark", more=dark)


def _dark_colours() -> str:
    """The colours of JupyterLab's dark theme: nbconvert itself writes only one theme."""
    from jupyter_core.paths import jupyter_path

    candidates = jupyter_path("nbconvert", "templates", "lab", "static", "theme-dark.css")
    return next(Path(path).read_text("utf-8") for path in candidates if Path(path).exists())


def _export(book: Book, theme: str, scratch: Path, execute: bool = True) -> None:
    """Runs `jupyter nbconvert` on a copy of the notebook."""
    copy = scratch / book.path.name
    copy.write_text(notebook_files.serialized(_page_content(book, theme)), encoding="utf-8")
    base = "dark" if theme == "dark" else "light"
    command = [sys.executable, "-m", "nbconvert", "--to", "html", f"--theme={base}"]
    command += [f"--TemplateExporter.extra_template_basedirs={TEMPLATES}", "--template=lesson"]
    command += ["--execute"] if execute else []
    result = child_processes.run(
        [*command, f"--output-dir={folder()}", copy],
        _environment(scratch),
        capture_output=True,
        check=False,
    )
    if result.returncode:
        raise LabError(f"{book.name} does not run:\n{result.stderr[-3000:]}")


def _environment(scratch: Path) -> dict[str, str]:
    """The environment variables, with a separate workshop and progress file."""
    own = {
        scores.PATH_VARIABLE: str(scratch / "progress.json"),
        workshop.PATH_VARIABLE: str(scratch / "lessons" / "workshop"),
    }
    return child_processes.as_the_user_has_it(**kernel_home(), **own)


def kernel_home() -> dict[str, str]:
    """The environment variables with which a kernel finds this lab from any folder.

    History, and the keys of kernels and servers, are stored in the lab's home, too.
    """
    programs = str(Path(sys.executable).parent)
    return {
        "LAB_HOME": str(paths.home()),
        "IPYTHONDIR": str(_ipython()),
        "JUPYTER_RUNTIME_DIR": str(paths.home() / "jupyter"),
        "PATH": os.pathsep.join([programs, os.environ.get("PATH", "")]),
    }


def _ipython() -> Path:
    """Creates IPython's folder and its README, which IPython would create world-readable."""
    folder = paths.home() / "ipython"
    startup = folder / "profile_default" / "startup"
    startup.mkdir(parents=True, exist_ok=True)
    (startup / "README").touch()
    return folder

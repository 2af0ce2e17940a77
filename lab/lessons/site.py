"""The lessons as web pages: executed with their solutions, and an index."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from lab import children, paths
from lab.errors import LabError
from lab.lessons import books, links, page, scores
from lab.lessons.books import Book

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

[All lessons](index.html)
""")


def folder() -> Path:
    """Where the pages go: with the lab's other build output, which git does not see."""
    return paths.home() / "lessons-html"


def build(chosen: Sequence[Book], say: Say, theme: str = "auto") -> Path:
    """Runs the chosen lessons one after the other and writes their pages; gives the index.

    `theme` is light, dark, or auto: as the reader's system is set while reading.
    Raises LabError with the end of what Jupyter said if a lesson does not run.
    """
    folder().mkdir(parents=True, exist_ok=True)
    links.provide(folder(), books.all_lessons())
    for book in chosen:
        say(book.title)
        _export(book, theme)
    index = folder() / "index.html"
    index.write_text(PAGE.substitute(lessons="\n".join(map(_item, _built()))), encoding="utf-8")
    return index


def _built() -> list[Book]:
    return [book for book in books.all_lessons() if (folder() / f"{book.name}.html").exists()]


def _item(book: Book) -> str:
    goal = page.goal(book).split(". ")[0].rstrip(".")
    about = f"<small>{page.minutes(book)} minutes. {escape(goal)}.</small>"
    return f'<li><a href="{book.name}.html">{escape(book.title)}</a>{about}</li>'


def _dressed(book: Book, theme: str) -> dict[str, Any]:
    """The lesson with its title, links that fit the folder, and a cell on top for the page."""
    content = links.fitted(book.content, "html")
    head = {"cell_type": "markdown", "id": "page", "metadata": {}, "source": _head(theme)}
    metadata = {**content["metadata"], "title": f"{book.title} (Checkout Lab)"}
    return {**content, "metadata": metadata, "cells": [head, *content["cells"]]}


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


def _export(book: Book, theme: str) -> None:
    """Runs `jupyter nbconvert` on a copy that is made for the page."""
    copy = folder() / book.path.name
    copy.write_text(books.written(_dressed(book, theme)), encoding="utf-8")
    base = "dark" if theme == "dark" else "light"
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--execute", f"--theme={base}"]
    done = children.run([*command, copy], _environment(), capture_output=True, check=False)
    copy.unlink()
    if done.returncode:
        raise LabError(f"{book.name} does not run:\n{done.stderr[-3000:]}")


def _environment() -> dict[str, str]:
    """With a progress file of its own: that the solutions pass is not the learner's merit."""
    own = {scores.ELSEWHERE: str(folder() / ".progress.json")}
    return children.as_the_user_has_it(**kernel_home(), **own)


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

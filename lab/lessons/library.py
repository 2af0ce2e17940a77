"""Renders the documents and sources that lessons link to as pages in the same folder.

No link leaves the folder, so that it can be published or opened from disk as it is.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from string import Template

from lab.core import paths
from lab.lessons import notebook_files
from lab.lessons.notebook_files import Book

LINK = re.compile(r"\]\(<?(?![a-z][a-z0-9+.-]*:|//|#)([^)\s#>]+)(#[^)\s>]*)?>?")
FENCED = re.compile(r"(^ *(?:```|~~~).*?^ *(?:```|~~~) *$)", re.MULTILINE | re.DOTALL)
PICTURES = frozenset({".svg", ".png"})
LESSON = re.compile(r"\d\d_\w+\.ipynb")
STYLE = """\
:root { color-scheme: light dark }
body { font: 17px/1.6 system-ui, sans-serif; max-width: 50rem; margin: 3rem auto; padding: 0 1rem }
a { color: #3b8ac4 }
img { max-width: 100% }
pre { overflow-x: auto; font-size: 14px; line-height: 1.4 }
table { border-collapse: collapse; display: block; overflow-x: auto }
td, th { border-bottom: 1px solid #8a8f98; padding: .3em .6em; text-align: left }
td, th { vertical-align: top }
"""
PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title (Checkout Lab)</title>
<style>
$style
</style>
<p><a href="$index">All lessons</a> · <code>$title</code></p>
$body
</html>
""")


def place(file: Path) -> Path:
    """The path of a file's page, relative to the folder of the pages."""
    if LESSON.fullmatch(file.name):
        return Path(file.stem + ".html")
    name = file.relative_to(paths.ROOT)
    if name.suffix in PICTURES:
        return name
    return (
        name.with_suffix(".html") if name.suffix == ".md" else name.with_name(f"{name.name}.html")
    )


def fitted(text: str, file: Path) -> str:
    """Markdown of a file, with its links replaced by links between the pages."""
    here = place(file).parent

    def replace_link(match: re.Match[str]) -> str:
        target = os.path.relpath(place(_target(file, match[1])), here)
        return f"]({Path(target).as_posix()}{match[2] or ''}"

    parts = FENCED.split(text)
    return "".join(part if FENCED.match(part) else LINK.sub(replace_link, part) for part in parts)


def write(folder: Path, lessons: Iterable[Book]) -> None:
    """Writes a page for each file that lessons link to, directly or indirectly."""
    for file in sorted(_linked_files(lessons)):
        page = folder / place(file)
        page.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix in PICTURES:
            shutil.copyfile(file, page)
        else:
            page.write_text(_page(file), encoding="utf-8")


def _linked_files(lessons: Iterable[Book]) -> set[Path]:
    pending = [target for book in lessons for target in _links_of_lesson(book)]
    linked = set[Path]()
    while pending:
        file = pending.pop()
        if file in linked or LESSON.fullmatch(file.name):
            continue
        linked.add(file)
        if file.suffix == ".md":
            pending += _links_of(file.read_text(encoding="utf-8"), file)
    return linked


def _links_of_lesson(book: Book) -> Iterator[Path]:
    for cell in book.cells:
        if cell["cell_type"] == "markdown":
            yield from _links_of(notebook_files.source(cell), book.path)


def _links_of(text: str, file: Path) -> list[Path]:
    return [_target(file, match[1]) for match in LINK.finditer(FENCED.sub("", text))]


def _target(file: Path, link: str) -> Path:
    """The file that a link refers to; for a folder its README."""
    target = (file.parent / link).resolve()
    return target / "README.md" if target.is_dir() else target


def _page(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    body = _document(fitted(text, file)) if file.suffix == ".md" else _source(text, file.name)
    return PAGE.substitute(
        title=escape(str(file.relative_to(paths.ROOT))),
        style=STYLE + _colours(),
        index=os.path.relpath("index.html", place(file).parent),
        body=body,
    )


def _document(text: str) -> str:
    """Markdown as HTML, with the same heading anchors as on GitHub."""
    import mistune
    from mistune.toc import add_toc_hook

    markdown = mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "url"])
    add_toc_hook(markdown, max_level=6, heading_id=lambda token, _: anchor(token["text"]))
    return str(markdown(text))


def anchor(heading: str) -> str:
    """The anchor of a heading, as on GitHub."""
    words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def _source(text: str, name: str) -> str:
    from pygments import formatters, highlight, lexers, util  # type: ignore[import-untyped]

    try:
        lexer = lexers.get_lexer_for_filename(name)
    except util.ClassNotFound:
        lexer = lexers.TextLexer()
    return str(highlight(text, lexer, formatters.HtmlFormatter()))


def _colours() -> str:
    from pygments import formatters

    light, dark = (
        formatters.HtmlFormatter(style=style).get_style_defs(".highlight")
        for style in ("default", "github-dark")
    )
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}"

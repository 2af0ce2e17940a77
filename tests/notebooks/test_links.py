"""Every relative link leads somewhere, down to the heading, on GitHub and in the lessons."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lab.core import paths
from lab.lessons import notebook_files
from lab.lessons.notebook_files import source

PAGES = [paths.ROOT / "README.md", *sorted((paths.ROOT / "docs").rglob("*.md"))]
LESSONS = [book.path for book in notebook_files.all_lessons()]
FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)")


def text_of(page: Path) -> str:
    """The Markdown of a page or a notebook, without its code."""
    if page.suffix == ".ipynb":
        cells = notebook_files.Book(page).cells
        text = "\n\n".join(source(cell) for cell in cells if cell["cell_type"] == "markdown")
    else:
        text = page.read_text(encoding="utf-8")
    return FENCED.sub("", text)


def anchors(page: Path) -> set[str]:
    """The names that GitHub gives to a page's headings."""
    found: set[str] = set()
    for heading in HEADING.findall(text_of(page)):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        name = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        count = 0
        while (unique := f"{name}-{count}" if count else name) in found:
            count += 1
        found.add(unique)
    return found


def broken_links(page: Path) -> list[str]:
    links = LINK.findall(INLINE_CODE.sub("", text_of(page)))
    return [link for link in links if not ELSEWHERE.match(link) and not leads(page, link)]


def leads(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists() or not target.is_relative_to(paths.ROOT):
        return False
    return not anchor or (target.suffix == ".md" and anchor in anchors(target))


@pytest.mark.parametrize(
    "page", [*PAGES, *LESSONS], ids=lambda page: str(page.relative_to(paths.ROOT))
)
def test_relative_links_and_anchors_lead_somewhere(page: Path) -> None:
    assert broken_links(page) == []


def test_a_dead_link_and_a_dead_anchor_are_seen(tmp_path: Path) -> None:
    page = paths.ROOT / "README.md"
    assert not leads(page, "docs/no-such-page.md")
    assert not leads(page, "docs/architecture.md#no-such-heading")
    assert leads(page, "docs/architecture.md")
    assert leads(
        page, f"docs/architecture.md#{sorted(anchors(PAGES[1].parent / 'architecture.md'))[0]}"
    )

"""The learner's copies: the lessons without their solutions, in the lab's home."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from lab.core import kept_copies, paths
from lab.lessons import links, notebook_files, scores
from lab.lessons.notebook_files import Book


@dataclass(frozen=True)
class Copies:
    """What bringing the copies up to date did: names of lessons.

    `changed` have a new version in git, and the learner's own changes in the copy: those stay.
    `kept` is where files are now that the learner has changed and the lab has replaced.
    """

    made: tuple[str, ...]
    renewed: tuple[str, ...]
    changed: tuple[str, ...]
    kept: tuple[Path, ...] = ()


def folder() -> Path:
    """Where the copies are."""
    return paths.home() / "lessons"


def path_of(book: Book) -> Path:
    """Where a lesson's copy is."""
    return folder() / book.path.name


def bring_up_to_date() -> Copies:
    """Makes missing copies, renews those that nobody has touched, and leaves all others alone."""
    folder().mkdir(parents=True, exist_ok=True)
    kept = links.provide(folder(), notebook_files.all_lessons())
    known = _made_from()
    made, renewed, changed = list[str](), list[str](), list[str]()
    for book in notebook_files.all_lessons():
        fresh = _fresh(book)
        if not path_of(book).exists():
            made.append(book.name)
        elif _mark(fresh) == known.get(book.name, {}).get("lesson"):
            continue
        elif _is_untouched(book, known, fresh):
            renewed.append(book.name)
            kept += _with_outputs(path_of(book))
        else:
            changed.append(book.name)
            continue
        _write(book, fresh, known)
    return Copies(tuple(made), tuple(renewed), tuple(changed), tuple(kept))


def reset(book: Book) -> list[Path]:
    """Makes a lesson's copy anew and forgets its passed checks; gives where the old files are."""
    folder().mkdir(parents=True, exist_ok=True)
    kept = links.provide(folder(), [book])
    old = kept_copies.put_aside(path_of(book))
    _write(book, _fresh(book), _made_from())
    scores.forget(book.number)
    return [*([old] if old else []), *kept]


def _fresh(book: Book) -> str:
    """The copy's text: without solutions, with links that fit the copies' folder."""
    return notebook_files.written(links.fitted(notebook_files.without_solutions(book.content)))


def _write(book: Book, text: str, known: dict[str, dict[str, str]]) -> None:
    path_of(book).write_text(text, encoding="utf-8")
    known[book.name] = {"lesson": _mark(text)}
    _record().write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _is_untouched(book: Book, known: dict[str, dict[str, str]], fresh: str) -> bool:
    """Whether the copy's cells still are those that it was made with: outputs do not count."""
    mark = _mark(_stripped(path_of(book)))
    return mark in (known.get(book.name, {}).get("lesson"), _mark(fresh))


def _with_outputs(copy: Path) -> list[Path]:
    """Puts aside a copy that has been run: a new one would be without what its cells showed."""
    ran = any(cell.get("outputs") for cell in json.loads(copy.read_text("utf-8"))["cells"])
    kept = kept_copies.put_aside(copy) if ran else None
    return [kept] if kept else []


def _stripped(copy: Path) -> str:
    try:
        content = json.loads(copy.read_text(encoding="utf-8"))
    except ValueError:
        return ""
    return notebook_files.written(content)


def _mark(text: str) -> str:
    """A fingerprint of what a notebook says: its cells' kinds and sources, nothing else."""
    cells = json.loads(text)["cells"] if text else []
    said = [(cell["cell_type"], notebook_files.source(cell)) for cell in cells]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _record() -> Path:
    return folder() / ".made-from.json"


def _made_from() -> dict[str, dict[str, str]]:
    try:
        found: dict[str, dict[str, str]] = json.loads(_record().read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found

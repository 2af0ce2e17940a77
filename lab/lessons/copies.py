"""The learner's copies of the lessons, without solutions, in the lab's home."""

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
    """The result of an update of the copies: names of lessons.

    `changed` have a new version in git, but stay because the learner has changed the copy.
    `kept` are the new paths of changed files that the lab has replaced.
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
    """Creates missing copies, and replaces unchanged ones. Leaves changed copies alone."""
    folder().mkdir(parents=True, exist_ok=True)
    kept = links.provide(folder(), notebook_files.all_lessons())
    known = _made_from()
    made, renewed, changed = list[str](), list[str](), list[str]()
    for book in notebook_files.all_lessons():
        new_text = _new_text(book)
        if not path_of(book).exists():
            made.append(book.name)
        elif _digest(new_text) == known.get(book.name, {}).get("lesson"):
            continue
        elif _is_unchanged(book, known, new_text):
            renewed.append(book.name)
            kept += _with_outputs(path_of(book))
        else:
            changed.append(book.name)
            continue
        _write(book, new_text, known)
    return Copies(tuple(made), tuple(renewed), tuple(changed), tuple(kept))


def reset(book: Book) -> list[Path]:
    """Replaces the copy of a lesson and its passed checks. Returns the paths of the old files."""
    folder().mkdir(parents=True, exist_ok=True)
    kept = links.provide(folder(), [book])
    old = kept_copies.put_aside(path_of(book))
    _write(book, _new_text(book), _made_from())
    scores.forget(book.number)
    return [*([old] if old else []), *kept]


def _new_text(book: Book) -> str:
    """The text of a copy: without solutions, and with adapted links."""
    return notebook_files.serialized(links.fitted(notebook_files.without_solutions(book.content)))


def _write(book: Book, text: str, known: dict[str, dict[str, str]]) -> None:
    path_of(book).write_text(text, encoding="utf-8")
    known[book.name] = {"lesson": _digest(text)}
    _record().write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _is_unchanged(book: Book, known: dict[str, dict[str, str]], new_text: str) -> bool:
    """Whether the cells of the copy are unchanged; outputs do not count."""
    digest = _digest(_stripped(path_of(book)))
    return digest in (known.get(book.name, {}).get("lesson"), _digest(new_text))


def _with_outputs(copy: Path) -> list[Path]:
    """Puts aside a copy that has outputs, which a new copy would lose."""
    ran = any(cell.get("outputs") for cell in json.loads(copy.read_text("utf-8"))["cells"])
    kept = kept_copies.put_aside(copy) if ran else None
    return [kept] if kept else []


def _stripped(copy: Path) -> str:
    try:
        content = json.loads(copy.read_text(encoding="utf-8"))
    except ValueError:
        return ""
    return notebook_files.serialized(content)


def _digest(text: str) -> str:
    """A digest of the types and sources of a notebook's cells."""
    cells = json.loads(text)["cells"] if text else []
    contents = [(cell["cell_type"], notebook_files.source(cell)) for cell in cells]
    return hashlib.sha256(json.dumps(contents).encode()).hexdigest()


def _record() -> Path:
    return folder() / ".made-from.json"


def _made_from() -> dict[str, dict[str, str]]:
    try:
        record: dict[str, dict[str, str]] = json.loads(_record().read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return record

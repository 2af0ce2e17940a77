"""The tables of `docs/lessons.md` and `docs/instructors.md`, made from the lessons themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lab.lessons import notebook_files
from lab.lessons.notebook_files import Book

IN_CLASS = 1.5
"""How much longer a class takes than one learner alone: questions, and waiting for each other."""
SLOT = 5


@dataclass(frozen=True)
class Block:
    """A part of a course that is no lesson: what is done, and for how many minutes."""

    what: str
    minutes: int


Part = Block | str
BREAK, LUNCH = Block("Break", 15), Block("Lunch", 60)
ARRIVE = Block("`make demo` on every machine; who is who", 30)
HALF_DAY: Sequence[Part] = (
    ARRIVE,
    "00",
    "04",
    BREAK,
    "05",
    "07",
    Block("The answers to the folded questions, in pairs, then together", 20),
)
FIRST_DAY: Sequence[Part] = (ARRIVE, "00", "01", "02", BREAK, "03", LUNCH, "04", "05", BREAK, "06")
SECOND_DAY: Sequence[Part] = (
    "07",
    "08",
    "09",
    BREAK,
    "10",
    LUNCH,
    "11",
    "12",
    BREAK,
    "13",
    "14",
    Block("Each shows the gift wrapping of the capstone; what to take home", 30),
)


def minutes(book: Book) -> int:
    """How long the lesson says that it takes."""
    found = re.search(r"\*\*Time\.\*\* (\d+)", notebook_files.source(book.cells[0]))
    return int(found[1]) if found else 0


def goal(book: Book) -> str:
    """What the lesson says that it is for, in one line."""
    found = re.search(
        r"\*\*Goal\.\*\* (.+?)(?:\n\n|$)", notebook_files.source(book.cells[0]), re.DOTALL
    )
    return " ".join(found[1].split()).replace("|", "\\|") if found else ""


def lessons_table() -> str:
    """Every lesson with its time and its goal, and how long all of them take."""
    found = notebook_files.all_lessons()
    rows = [
        f"| [{b.title}](../notebooks/{b.path.name}) | {minutes(b)} min | {goal(b)} |" for b in found
    ]
    hours = sum(map(minutes, found)) / 60
    head = ["| lesson | time | goal |", "| --- | --- | --- |"]
    return "\n".join([*head, *rows, "", f"Together they take {hours:.1f} hours."])


def schedules() -> str:
    """The half-day and the two-day course, each as a table of what begins when."""
    courses = (
        ("Half a day", HALF_DAY),
        ("Two days: the first", FIRST_DAY),
        ("Two days: the second", SECOND_DAY),
    )
    return "\n\n".join(f"### {title}\n\n{_schedule(parts)}" for title, parts in courses)


def _schedule(parts: Sequence[Part]) -> str:
    there = {book.number for book in notebook_files.all_lessons()}
    held = [part for part in parts if isinstance(part, Block) or part in there]
    rows = "\n".join(f"| {_clock(at)} | {what} |" for at, what in _begins(held))
    return f"| hours in | what |\n| --- | --- |\n{rows}"


def _begins(parts: Sequence[Part]) -> Iterator[tuple[int, str]]:
    at = 0
    for part in parts:
        block = part if isinstance(part, Block) else _taught(part)
        yield at, block.what
        at += block.minutes
    yield at, "The end"


def _taught(number: str) -> Block:
    """A lesson in class, in slots of five minutes."""
    book = notebook_files.lesson(number)
    return Block(f"[{book.title}](../notebooks/{book.path.name})", _slots(minutes(book) * IN_CLASS))


def _slots(length: float) -> int:
    return SLOT * -(-int(length) // SLOT)


def _clock(length: int) -> str:
    return f"{length // 60}:{length % 60:02}"

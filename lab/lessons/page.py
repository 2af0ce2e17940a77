"""Generates the tables of `docs/lessons.md` and `docs/instructors.md`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lab.lessons import notebook_files
from lab.lessons.notebook_files import Book

IN_CLASS = 1.5
"""The time of a class relative to a single learner."""
SLOT = 5


@dataclass(frozen=True)
class Block:
    """A part of a course: its description, and its minutes."""

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
    """The minutes in the heading of a lesson; 0 if it has none."""
    match = re.search(r"\*\*Time\.\*\* (\d+)", notebook_files.source(book.cells[0]))
    return int(match[1]) if match else 0


def goal(book: Book) -> str:
    """The goal in the heading of a lesson, on one line."""
    match = re.search(
        r"\*\*Goal\.\*\* (.+?)(?:\n\n|$)", notebook_files.source(book.cells[0]), re.DOTALL
    )
    return " ".join(match[1].split()).replace("|", "\\|") if match else ""


def lessons_table() -> str:
    """A table of all lessons with time and goal, and their total time."""
    books = notebook_files.all_lessons()
    rows = [
        f"| [{b.title}](../notebooks/{b.path.name}) | {minutes(b)} min | {goal(b)} |" for b in books
    ]
    hours = sum(map(minutes, books)) / 60
    head = ["| lesson | time | goal |", "| --- | --- | --- |"]
    return "\n".join([*head, *rows, "", f"Together they take {hours:.1f} hours."])


def schedules() -> str:
    """The schedules of the half-day and the two-day course, as tables."""
    courses = (
        ("Half a day", HALF_DAY),
        ("Two days: the first", FIRST_DAY),
        ("Two days: the second", SECOND_DAY),
    )
    return "\n\n".join(f"### {title}\n\n{_schedule(parts)}" for title, parts in courses)


def _schedule(parts: Sequence[Part]) -> str:
    existing = {book.number for book in notebook_files.all_lessons()}
    scheduled = [part for part in parts if isinstance(part, Block) or part in existing]
    rows = "\n".join(f"| {_clock(at)} | {what} |" for at, what in _start_times(scheduled))
    return f"| hours in | what |\n| --- | --- |\n{rows}"


def _start_times(parts: Sequence[Part]) -> Iterator[tuple[int, str]]:
    at = 0
    for part in parts:
        block = part if isinstance(part, Block) else _lesson_block(part)
        yield at, block.what
        at += block.minutes
    yield at, "The end"


def _lesson_block(number: str) -> Block:
    """A lesson in class, rounded up to five minutes."""
    book = notebook_files.lesson(number)
    return Block(f"[{book.title}](../notebooks/{book.path.name})", _slots(minutes(book) * IN_CLASS))


def _slots(length: float) -> int:
    return SLOT * -(-int(length) // SLOT)


def _clock(length: int) -> str:
    return f"{length // 60}:{length % 60:02}"

"""Buyers who rush on one product, with every look and every write noted as it happens."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from lab.console.drawing.shown import Picture, Shown
from lab.lessons import crowds, plots
from lab.lessons.crowds import Race
from lab.lessons.lesson import Lesson
from lab.lessons.tabular import Table

SOLD = "sold"
SOLD_OUT = "sold out"
WRITES = {"put_item", "update_item", "delete_item", "transact_write_items", "batch_write_item"}

Take = Callable[[Any, str], str]
"""Takes one piece: a boto3 table and a SKU, gives SOLD or SOLD_OUT."""


@dataclass(frozen=True)
class Note:
    """What a buyer did at a moment, in seconds.

    It `saw` pieces, or `wrote` so that these pieces are left, or `was refused`.
    """

    buyer: int
    at: float
    kind: str
    pieces: int | str = ""


@dataclass
class NotedTable:
    """A boto3 table that notes the stock that is read and written through it."""

    table: Any
    notes: list[Note] = field(default_factory=list)
    who: threading.local = field(default_factory=threading.local)

    def get_item(self, **asked: Any) -> Any:
        """As boto3's, and noted."""
        answer = self.table.get_item(**asked)
        self._note("saw", int(answer["Item"]["available"]))
        return answer

    def update_item(self, **asked: Any) -> Any:
        """As boto3's, and noted with what the write left."""
        try:
            answer = self.table.update_item(**{"ReturnValues": "ALL_NEW", **asked})
        except ClientError:
            self._note("was refused")
            raise
        left = answer.get("Attributes", {}).get("available")
        self._note("wrote", int(left) if left is not None else "")
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self.table, name)

    def _note(self, kind: str, pieces: int | str = "") -> None:
        self.notes.append(Note(self.who.number, time.monotonic(), kind, pieces))


@dataclass(frozen=True, repr=False)
class Rush(Shown):
    """What became of a product: pieces before, sold by the buyers' own account, left after."""

    pieces: int
    left: int
    race: Race
    notes: tuple[Note, ...]

    @property
    def sold(self) -> int:
        """How many buyers went home with a piece."""
        return self.race.count(SOLD)

    def plot(self, title: str = "") -> Picture:
        """Who saw what, who wrote when, and the stock below it."""
        return plots.rush(self.notes, self.pieces, title or f"{len(self.race.attempts)} buyers")

    def _table(self) -> Table:
        row = (self.pieces, self.sold, self.left, self.pieces - self.sold)
        return Table(("pieces", "sold", "left, says the shelf", "left, should be"), [row])

    def html(self) -> str:
        """One row: pieces, sold, left."""
        return self._table().html()

    def text(self) -> str:
        """The same in plain text."""
        return self._table().text()


def rush(lesson: Lesson, take: Take, pieces: int = 5, buyers: int = 12) -> Rush:
    """Lets so many buyers take one piece each of a new product, all at the same moment."""
    sku = lesson.product(pieces)
    noted = NotedTable(lesson.table("inventory"))

    def buyer(number: int) -> str:
        noted.who.number = number
        return take(noted, sku)

    race = crowds.race(buyer, buyers)
    return Rush(pieces, lesson.stock(sku), race, _from_the_start(noted.notes))


class Overloaded:
    """A boto3 table or client that after so many writes is too busy for any other."""

    def __init__(self, target: Any, after: int = 0) -> None:
        self._target = target
        self._left = after

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._target, name)
        return functools.partial(self._write, call) if name in WRITES else call

    def _write(self, call: Callable[..., Any], **asked: Any) -> Any:
        """Raises what DynamoDB says when it has too much to do."""
        if self._left:
            self._left -= 1
            return call(**asked)
        said: Any = {"Error": {"Code": "ThrottlingException", "Message": "Too many requests."}}
        raise ClientError(said, "Write")


def pair(lesson: Lesson, *pieces: int) -> list[str]:
    """New products with so many pieces each; gives their SKUs."""
    return [lesson.product(each) for each in pieces]


def _from_the_start(notes: list[Note]) -> tuple[Note, ...]:
    ordered = sorted(notes, key=lambda note: note.at)
    start = ordered[0].at if ordered else 0.0
    return tuple(Note(n.buyer, n.at - start, n.kind, n.pieces) for n in ordered)


def check_then_write(table: Any, sku: str) -> str:
    """Looks, decides, and writes down what it computed. Looks right, and is wrong."""
    seen = table.get_item(Key={"sku": sku}, ConsistentRead=True)["Item"]["available"]
    if seen < 1:
        return SOLD_OUT
    table.update_item(
        Key={"sku": sku},
        UpdateExpression="SET available = :rest",
        ExpressionAttributeValues={":rest": seen - 1},
    )
    return SOLD


def check_then_subtract(table: Any, sku: str) -> str:
    """Looks, decides, and lets the database subtract. Looks mended, and is not."""
    seen = table.get_item(Key={"sku": sku}, ConsistentRead=True)["Item"]["available"]
    if seen < 1:
        return SOLD_OUT
    table.update_item(
        Key={"sku": sku},
        UpdateExpression="SET available = available - :one",
        ExpressionAttributeValues={":one": 1},
    )
    return SOLD

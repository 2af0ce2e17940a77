"""A rush of buyers on one product, with a record of every read and write."""

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
"""Buys one piece, given a boto3 table and a SKU; returns SOLD or SOLD_OUT."""


@dataclass(frozen=True)
class Note:
    """An action of a buyer at a time in seconds.

    It `saw` these pieces, `wrote` so that these pieces are left, or `was refused`.
    """

    buyer: int
    at: float
    kind: str
    pieces: int | str = ""


@dataclass
class NotedTable:
    """A boto3 table that records the stock that is read and written through it."""

    table: Any
    notes: list[Note] = field(default_factory=list)
    who: threading.local = field(default_factory=threading.local)

    def get_item(self, **request: Any) -> Any:
        """Calls boto3's `get_item`, and records the stock."""
        response = self.table.get_item(**request)
        self._note("saw", int(response["Item"]["available"]))
        return response

    def update_item(self, **request: Any) -> Any:
        """Calls boto3's `update_item`, and records the remaining stock or the refusal."""
        try:
            response = self.table.update_item(**{"ReturnValues": "ALL_NEW", **request})
        except ClientError:
            self._note("was refused")
            raise
        left = response.get("Attributes", {}).get("available")
        self._note("wrote", int(left) if left is not None else "")
        return response

    def __getattr__(self, name: str) -> Any:
        return getattr(self.table, name)

    def _note(self, kind: str, pieces: int | str = "") -> None:
        self.notes.append(Note(self.who.number, time.monotonic(), kind, pieces))


@dataclass(frozen=True, repr=False)
class Rush(Shown):
    """The result of a rush: pieces before, sold according to the buyers, and left after."""

    pieces: int
    left: int
    race: Race
    notes: tuple[Note, ...]

    @property
    def sold(self) -> int:
        """The number of buyers who got a piece."""
        return self.race.count(SOLD)

    def plot(self, title: str = "") -> Picture:
        """The reads and writes of each buyer, and the stock below."""
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
    """Lets buyers take one piece each of a new product at the same time."""
    sku = lesson.product(pieces)
    recorded = NotedTable(lesson.table("inventory"))

    def buyer(number: int) -> str:
        recorded.who.number = number
        return take(recorded, sku)

    race = crowds.race(buyer, buyers)
    return Rush(pieces, lesson.stock(sku), race, _relative(recorded.notes))


class Overloaded:
    """A boto3 table or client that throttles all writes after the first `after`."""

    def __init__(self, target: Any, after: int = 0) -> None:
        self._target = target
        self._left = after

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._target, name)
        return functools.partial(self._write, call) if name in WRITES else call

    def _write(self, call: Callable[..., Any], **request: Any) -> Any:
        """Raises DynamoDB's throttling error when no writes are left."""
        if self._left:
            self._left -= 1
            return call(**request)
        error_response: Any = {
            "Error": {"Code": "ThrottlingException", "Message": "Too many requests."}
        }
        raise ClientError(error_response, "Write")


def pair(lesson: Lesson, *pieces: int) -> list[str]:
    """Adds one product for each number of pieces, and returns their SKUs."""
    return [lesson.product(each) for each in pieces]


def _relative(notes: list[Note]) -> tuple[Note, ...]:
    ordered = sorted(notes, key=lambda note: note.at)
    start = ordered[0].at if ordered else 0.0
    return tuple(Note(n.buyer, n.at - start, n.kind, n.pieces) for n in ordered)


def check_then_write(table: Any, sku: str) -> str:
    """Reads, decides, and writes the computed stock: wrong, because of the race."""
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
    """Reads, decides, and lets the database subtract: still a race."""
    seen = table.get_item(Key={"sku": sku}, ConsistentRead=True)["Item"]["available"]
    if seen < 1:
        return SOLD_OUT
    table.update_item(
        Key={"sku": sku},
        UpdateExpression="SET available = available - :one",
        ExpressionAttributeValues={":one": 1},
    )
    return SOLD

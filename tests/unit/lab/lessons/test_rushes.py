from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Any, cast

from botocore.exceptions import ClientError

from lab.lessons import rushes
from lab.lessons.crowds import outcome, race
from lab.lessons.lesson import Lesson
from lab.lessons.rushes import SOLD, SOLD_OUT, Note, NotedTable, Overloaded, Rush


@dataclass
class FakeTable:
    """One item; a write that carries a condition wants at least one piece."""

    available: int = 5
    lock: Lock = field(default_factory=Lock)

    def get_item(self, **_asked: Any) -> dict[str, Any]:
        return {"Item": {"available": self.available}}

    def update_item(self, **asked: Any) -> dict[str, Any]:
        with self.lock:
            if "ConditionExpression" in asked and self.available < 1:
                code = {"Error": {"Code": "ConditionalCheckFailedException"}}
                raise ClientError(cast(Any, code), "UpdateItem")
            values = asked["ExpressionAttributeValues"]
            self.available = values.get(":rest", self.available - 1)
            return {"Attributes": {"available": self.available}}


@dataclass
class FakeLesson:
    shelf: FakeTable = field(default_factory=FakeTable)

    def product(self, pieces: int) -> str:
        self.shelf.available = pieces
        return "BOWL"

    def table(self, _name: str) -> FakeTable:
        return self.shelf

    def stock(self, _sku: str) -> int:
        return self.shelf.available


def rushed(take: rushes.Take, pieces: int, buyers: int) -> Rush:
    return rushes.rush(cast(Lesson, FakeLesson()), take, pieces, buyers)


def take_on_condition(table: Any, sku: str) -> str:
    try:
        table.update_item(
            Key={"sku": sku},
            ConditionExpression="available >= :one",
            ExpressionAttributeValues={":one": 1},
        )
    except ClientError:
        return SOLD_OUT
    return SOLD


def test_a_condition_sells_what_there_is_and_notes_every_write_and_refusal() -> None:
    done = rushed(take_on_condition, pieces=3, buyers=8)

    assert (done.sold, done.left) == (3, 0)
    kinds = [note.kind for note in done.notes]
    assert (kinds.count("wrote"), kinds.count("was refused")) == (3, 5)
    assert {note.buyer for note in done.notes} == set(range(1, 9))


def test_two_who_look_before_either_writes_lose_one_of_the_updates() -> None:
    shelf = FakeTable(available=2)
    noted = NotedTable(shelf)

    def buyer(number: int) -> int:
        noted.who.number = number
        return int(noted.get_item(Key={})["Item"]["available"])

    for attempt in race(buyer, 2).attempts:
        noted.who.number = attempt.buyer
        noted.update_item(ExpressionAttributeValues={":rest": attempt.result - 1})
    assert shelf.available == 1
    assert [(n.kind, n.pieces) for n in noted.notes] == [("saw", 2)] * 2 + [("wrote", 1)] * 2


def test_one_buyer_after_the_other_both_naive_ways_are_right() -> None:
    for take in (rushes.check_then_write, rushes.check_then_subtract):
        done = rushed(take, pieces=1, buyers=1)
        assert (done.sold, done.left) == (1, 0)
        assert rushed(take, pieces=0, buyers=1).race.count(SOLD_OUT) == 1


def test_a_rush_tells_what_the_shelf_says_and_what_it_should_say() -> None:
    done = rushed(take_on_condition, pieces=2, buyers=3)
    assert done.text().splitlines()[1].split() == ["2", "2", "0", "0"]


def test_the_plot_says_in_words_what_it_shows() -> None:
    notes = (Note(1, 0.0, "saw", 5), Note(1, 0.1, "wrote", 4), Note(2, 0.2, "was refused"))
    words = Rush(5, 4, race(lambda _: SOLD, 1), notes).plot("A rush").text()
    assert words.splitlines() == [
        "A rush",
        "0.000 s: buyer 1 saw 5",
        "0.100 s: buyer 1 wrote 4",
        "0.200 s: buyer 2 was refused",
    ]


def test_a_table_that_is_too_busy_refuses_writes_and_nothing_else() -> None:
    busy = Overloaded(FakeTable())
    assert busy.get_item() == {"Item": {"available": 5}}
    assert outcome(busy.update_item) == "ClientError"


def test_it_may_become_too_busy_after_some_writes() -> None:
    table = FakeTable()
    busy = Overloaded(table, after=2)
    values = {":one": 1}
    write = partial(busy.update_item, ExpressionAttributeValues=values)
    assert [outcome(write) == "ClientError" for _ in range(3)] == [False, False, True]
    assert table.available == 3


def test_the_outcome_of_one_call_is_its_answer_or_its_error() -> None:
    assert outcome(lambda: SOLD) == "sold"
    assert outcome(lambda: {}["key"]) == "KeyError"

"""The audit of stored tables: reading them, and waiting for what is under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws

from lab.core import recheck
from lab.core.errors import LabError
from lab.core.target import Target
from lab.operate import audit
from lab.operate.audit import Books
from tests.unit.lab.audit_books import Data, a_reservation, an_order, clean_books, row, said
from tests.unit.lab.memory import empty_lab, table

FOR_EVER_S = 1e9
"""The books are of a certain day; on a later one nothing in them shall be overdue."""


@pytest.fixture
def target() -> Iterator[Target]:
    with empty_lab() as target:
        yield target


def store(target: Target, data: Data) -> None:
    for name, rows in data.items():
        with table(target, name).batch_writer() as batch:
            for item in rows:
                batch.put_item(Item=item)


def test_the_tables_are_read_as_they_are_stored(target: Target) -> None:
    data = clean_books()
    store(target, data)
    report = audit.run(target, grace_s=FOR_EVER_S)
    assert (said(report), report.in_flight) == ([], 1)
    row(data, "inventory", sku="MUG")["available"] = 97
    store(target, data)
    assert {f.number for f in audit.run(target, grace_s=FOR_EVER_S).findings if not f.holds} == {2}


def test_many_pages_are_read_to_the_end(target: Target) -> None:
    shelves = [
        {"sku": f"S{n}", "initial": 1, "available": 1, "note": "x" * 4000} for n in range(400)
    ]
    store(target, {"inventory": shelves})
    assert audit.run(target).findings[0].checked == 400


def test_without_tables_it_says_what_to_run_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)  # of an emulator that other tests use
    with mock_aws(), pytest.raises(LabError, match="no table inventory-staging") as caught:
        audit.run(Target("staging", endpoint=None))
    assert "lab deploy staging" in caught.value.hint


def test_it_waits_until_the_lab_has_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    settled = {name: list[dict[str, Any]]() for name in clean_books()}
    readings = iter([clean_books(), clean_books(), settled])
    monkeypatch.setattr(audit, "read", lambda *_: Books(**next(readings), mails=()))
    monkeypatch.setattr(audit, "POLL_S", 0.001)
    assert audit.run(Target(), settle_s=5).settled
    assert next(readings, None) is None


def test_it_waits_no_longer_than_it_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = clean_books() | {"inventory": []}
    monkeypatch.setattr(audit, "read", lambda *_: Books(**broken, mails=()))
    assert not audit.run(Target(), settle_s=0.01).clean


def held(name: str, status: str = "HELD") -> dict[str, Any]:
    """An order of two mugs that holds them, or held them."""
    return a_reservation(name, status)


def reading(reserved: int, *holds: dict[str, Any]) -> Data:
    """What one reading of the tables sees: its stock was read before its reservations."""
    data = clean_books()
    row(data, "inventory", sku="MUG")["available"] -= 2 * reserved
    data["reservations"] += holds
    data["orders"] += [an_order(hold["orderId"][4:], "PENDING", age_s=5) for hold in holds]
    return data


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Iterator[Data]]:
    """Lets the audit see these readings, one after the other."""

    def see(*seen: Data) -> Iterator[Data]:
        left = iter(seen)
        monkeypatch.setattr(audit, "read", lambda *_: Books(**next(left), mails=()))
        monkeypatch.setattr(audit, "POLL_S", 0.001)
        return left

    return see


def test_an_order_that_came_while_the_tables_were_read_breaks_nothing(
    readings: Callable[..., Iterator[Data]],
) -> None:
    left = readings(reading(0, held("a")), reading(1, held("a")))

    report = audit.run(Target(), grace_s=FOR_EVER_S)

    assert (said(report), report.moving, next(left, None)) == ([], 0, None)


def test_the_same_numbers_of_another_order_are_no_proof(
    readings: Callable[..., Iterator[Data]],
) -> None:
    """A trickle of declined orders: in each reading one of them has just taken two mugs."""
    readings(
        reading(0, held("a")),
        reading(0, held("a", "RELEASED"), held("b")),
        reading(1, held("a", "RELEASED"), held("b")),
        reading(1, held("a", "RELEASED"), held("b")),
    )

    assert said(audit.run(Target(), grace_s=FOR_EVER_S)) == []


def test_what_is_broken_in_the_same_way_twice_is_told(
    readings: Callable[..., Iterator[Data]],
) -> None:
    readings(reading(0, held("a")), reading(0, held("a")))

    (told,) = said(audit.run(Target(), grace_s=FOR_EVER_S))
    assert told.startswith("2: MUG: initial 100 is not available 96")


def test_a_counter_that_moves_is_read_again(readings: Callable[..., Iterator[Data]]) -> None:
    early, late = clean_books(), clean_books()
    for data in (early, late):
        data["reservations"].append(a_reservation("new", "HELD", ("ONCE",)))
        data["orders"].append(an_order("new", "PENDING", age_s=5, customerId="bob"))
        data["reservations"][-1]["customerId"] = "bob"
        row(data, "inventory", sku="MUG")["available"] -= 2
    row(late, "promotions", code="ONCE", scope="PROMOTION")["redemptions"] = 2
    late["promotions"].append({"code": "ONCE", "scope": "CUSTOMER#bob", "redemptions": 1})
    readings(early, late)

    assert said(audit.run(Target(), grace_s=FOR_EVER_S)) == []


def test_rows_that_never_keep_still_are_counted_and_not_called_broken(
    readings: Callable[..., Iterator[Data]], monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = SimpleNamespace(monotonic=partial(next, count()), sleep=lambda _: None)
    monkeypatch.setattr(audit, "time", seconds)  # each look at the clock is one later
    readings(*(reading(0, held(str(number))) for number in range(100)))

    report = audit.run(Target(), grace_s=FOR_EVER_S)

    assert (said(report), report.moving, report.settled) == ([], 1, False)
    assert report.as_dict()["moving"] == 1


@pytest.mark.parametrize(("seen", "told"), [([1, 2], 1), ([3, 1], 1), ([3, 3], 3)])
def test_other_reports_look_twice_at_what_is_not_good(seen: list[int], told: int) -> None:
    looks = iter(seen)
    assert recheck.read(lambda: next(looks), (1).__eq__, lambda _: None) == told

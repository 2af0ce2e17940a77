"""The audit of stored tables: reading them, and waiting for what is under way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from lab import audit
from lab.audit import Books
from lab.errors import LabError
from lab.target import Target
from tests.unit.memory import empty_lab, table
from tests.unit.test_audit import Data, clean_books, row, said

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
    monkeypatch.setattr(audit, "read", lambda _target, _say: Books(**next(readings), mails=()))
    monkeypatch.setattr(audit, "POLL_S", 0.001)
    assert audit.run(Target(), settle_s=5).settled
    assert next(readings, None) is None


def test_it_waits_no_longer_than_it_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = clean_books() | {"inventory": []}
    monkeypatch.setattr(audit, "read", lambda _target, _say: Books(**broken, mails=()))
    assert not audit.run(Target(), settle_s=0.01).clean

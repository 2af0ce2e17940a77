"""The measurement of calls and memory, beside other engines."""

import json
from pathlib import Path

import pytest

from conformance import speed
from conformance.programs import ConformanceError


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "_BATCH_S", 0.001)
    monkeypatch.setattr(speed, "FEW", 30)
    monkeypatch.setattr(speed, "MANY", 60)


def test_every_row_is_measured() -> None:
    rows = dict(speed.measure(speed.embedded()))
    memory = rows.pop("bytes of memory an item")
    assert list(rows) == [
        "PutItem",
        "GetItem",
        "UpdateItem with a condition",
        "TransactWriteItems of 3",
        "Query of 10 in 30",
        "Query of 10 in 60",
    ]
    assert all(value > 0 for value in rows.values())
    assert memory >= 0


def test_the_items_have_200_bytes_as_dynamodb_counts_them() -> None:
    call = speed.embedded()
    speed._create(call, "orders")
    speed._fill(call, "orders", 7, 3)
    _, answer = call("DescribeTable", b'{"TableName": "orders"}')
    described = json.loads(answer)["Table"]
    assert (described["ItemCount"], described["TableSizeBytes"]) == (7, 1_400)


def test_what_is_measured_finds_what_it_asks_for() -> None:
    call = speed.embedded()
    speed._create(call, "few")
    speed._fill(call, "few", 40, 1)
    _, answer = call("Query", next(speed._queries("few", 40)))
    assert json.loads(answer)["Count"] == 10


def test_a_call_that_fails_is_no_measurement() -> None:
    def refusing(operation: str, body: bytes) -> tuple[int, bytes]:
        return (200, b"{}") if operation == "CreateTable" else (400, b"no such table")

    with pytest.raises(ConformanceError, match="PutItem answered 400: b'no such table'"):
        dict(speed.measure(refusing))


def test_the_best_of_all_rounds_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    measured = iter([{"Get": 3.0}, {"Get": 5.0}, {"Get": 2.0}, {"Get": 9.0}])
    monkeypatch.setattr(speed, "_measured_apart", lambda *_: next(measured))
    found = speed.compare(["embedded", "moto"], 2, tmp_path)
    assert found == {"embedded": {"Get": 2.0}, "moto": {"Get": 5.0}}


def test_the_results_are_a_table() -> None:
    found = {"embedded": {"GetItem": 11.6, "Query": 46}, "moto": {"GetItem": 930, "Query": 13_286}}
    assert speed.table(found) == (
        "| µs of processor time a call | embedded_dynamodb | moto 5.2.5 |\n"
        "|---|---|---|\n"
        "| GetItem | 12 | 930 |\n"
        "| Query | 46 | 13,286 |"
    )

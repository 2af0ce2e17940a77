"""What was measured of the suites, and the page that is made of it."""

import re
from pathlib import Path

import pytest

from conformance import fidelity
from conformance.measurements import RESULTS, WITHOUT_IAM, column, measured, read, store
from conformance.outcomes import Expectation, Outcome, Result
from conformance.suites import EMULATOR, ENGINE, MINISTACK, PARITY, RECORDED, STACKS, STOCK

ENDED = [
    Result("a", Outcome.PASSED),
    Result("a", Outcome.FAILED),
    Result("b", Outcome.PASSED),
    Result("c", Outcome.SKIPPED),
]


def test_a_run_is_counted_by_tests() -> None:
    measurement = measured(ENDED)
    assert (measurement.passed, measurement.failed, measurement.skipped) == (1, 1, 1)
    assert measurement.ran == 2
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", measurement.date)


def test_a_column_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    store("events", STOCK, measured(ENDED), tmp_path)
    store("events", EMULATOR, measured([]), tmp_path)
    store("events", EMULATOR, measured(ENDED), tmp_path)
    assert read("events", tmp_path) == {EMULATOR: measured(ENDED), STOCK: measured(ENDED)}
    assert read("sqs", tmp_path) == {}


def test_the_emulator_has_a_column_without_permissions() -> None:
    assert column(EMULATOR, iam=False) == WITHOUT_IAM
    assert column(EMULATOR, iam=True) == EMULATOR
    assert column(MINISTACK, iam=False) == MINISTACK


def test_the_page_is_up_to_date() -> None:
    assert fidelity.PAGE.read_text() == fidelity.page(), "Run: make fidelity"


def test_the_page_shows_what_was_measured_and_why_the_rest_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    columns = {EMULATOR: measured(ENDED), STOCK: measured(ENDED)}
    monkeypatch.setattr(fidelity, "read", lambda name: columns if name == "events" else {})
    failures = [Expectation(test, "ours", "So it is.") for test in "ab"]
    monkeypatch.setattr(fidelity, "read_expectations", lambda *_: failures)
    lines = fidelity.page().splitlines()
    day = measured(ENDED).date
    row = f"| EventBridge | 1 of 2 | not measured | 1 of 2 | not measured | {day} |"
    assert row in lines
    assert "| 2 | `ours` | So it is. |" in lines
    assert not [line for line in lines if line.startswith("| CloudWatch")]


def test_the_parity_suite_has_a_paragraph_once_it_was_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    columns = {ENGINE: measured(ENDED), MINISTACK: measured([])}
    monkeypatch.setattr(fidelity, "read", lambda name: columns if name == PARITY else {})
    page = " ".join(fidelity.page().split())
    day = measured(ENDED).date
    assert f": 1 of 2 on embedded_dynamodb, 0 of 0 on MiniStack 1.5.33 ({day})." in page
    monkeypatch.setattr(fidelity, "read", lambda _: {})
    assert "Parity" not in fidelity.page()


def test_no_numbers_are_of_a_suite_that_is_gone() -> None:
    assert {path.stem for path in RESULTS.iterdir()} <= {*RECORDED, PARITY, STACKS}

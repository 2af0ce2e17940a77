"""`lab cost --memory` in a lab in which functions start and stop while it measures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lab.core.errors import LabError
from lab.core.target import Target
from lab.measure.cost import measuring

TARGET = Target("dev", "http://localhost:4566")
FUNCTION = "notifier"


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Any]]:
    """The processor times, before and after, that are used."""
    used: list[tuple[Any, Any]] = []
    monkeypatch.setattr(measuring, "_emulator", lambda _target: None)
    monkeypatch.setattr(measuring, "_work", lambda *_: None)
    monkeypatch.setattr(measuring.logs, "functions", lambda: [FUNCTION])
    monkeypatch.setattr(
        measuring,
        "_measured",
        lambda _target, _name, before, after, _began: used.append((before, after)),
    )
    return used


def _read(monkeypatch: pytest.MonkeyPatch, *times: dict[int, float]) -> Iterator[dict[int, float]]:
    """Gives these processor times by process, one after the other."""
    left = iter(times)
    monkeypatch.setattr(measuring, "_processor_s", lambda *_: {FUNCTION: next(left)})
    return left


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({1: 1.0, 2: 1.0}, {1: 1.5}, id="one of a burst was idle and ended"),
        pytest.param({1: 1.0}, {1: 1.2, 2: 0.4}, id="one more started"),
        pytest.param({1: 1.0}, {2: 0.4}, id="it was restarted"),
        pytest.param({1: 1.0}, {}, id="it ended"),
    ],
)
def test_what_was_measured_with_other_processes_is_measured_again(
    monkeypatch: pytest.MonkeyPatch,
    measured: list[Any],
    before: dict[int, float],
    after: dict[int, float],
) -> None:
    left = _read(monkeypatch, before, after, {1: 2.0}, {1: 2.5})
    told: list[str] = []
    measuring.functions(TARGET, {}, told.append)
    assert measured == [({1: 2.0}, {1: 2.5})]
    assert told == [f"once more: {FUNCTION} had other processes at the end"]
    assert next(left, None) is None


def test_a_function_that_always_restarts_is_named(
    monkeypatch: pytest.MonkeyPatch, measured: list[Any]
) -> None:
    _read(monkeypatch, *({number: 1.0} for number in range(2 * measuring.TRIES)))
    with pytest.raises(LabError, match=FUNCTION) as refused:
        measuring.functions(TARGET, {}, lambda _told: None)
    assert "Try again" in (refused.value.hint or "")
    assert not measured

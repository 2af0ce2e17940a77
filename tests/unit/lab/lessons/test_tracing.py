"""Log lines become records; what is no JSON object is the runtime's own and left out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lab.core.target import Target
from lab.lessons import plots, tracing
from lab.shop import logs
from lab.shop.logs import LogLine

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)


def line(message: str, ms: int = 0) -> LogLine:
    return LogLine(AT.replace(microsecond=ms * 1000), "stream", message, str(ms))


CHARGED = line(
    '{"service": "payment-processor", "task": "ProcessPayment", "attempt": 1, "message": "done",'
    ' "order_id": "ord_1"}',
    ms=200,
)
ACCEPTED = line('{"service": "checkout-api", "message": "accepted", "order_id": "ord_1"}', ms=50)
LOGGED = {"payment-processor": [line("START ord_1"), CHARGED], "checkout-api": [ACCEPTED]}


def test_only_json_objects_are_records() -> None:
    found = tracing.records([line("REPORT"), line("7"), line('{"message": "done"}')])

    assert found == [{"message": "done"}]


def test_a_story_is_told_over_all_functions_in_the_order_of_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logs, "read", lambda _target, name, _since: LOGGED.get(name, []))

    told = tracing.story(Target(), "ord_1", AT)

    assert [(moment.ms, moment.function, moment.said) for moment in told] == [
        (0, "checkout-api", "accepted"),
        (150, "payment-processor", "ProcessPayment done at try 2"),
    ]
    assert tracing.story(Target(), "ord_2", AT) == []


def test_a_story_is_complete_once_the_notifier_has_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    logged = dict(LOGGED)
    monkeypatch.setattr(logs, "read", lambda _target, name, _since: logged.get(name, []))

    assert not tracing.complete(Target(), "ord_1", AT)
    logged["notifier"] = [line('{"service": "notifier", "order_id": "ord_1"}', ms=300)]
    assert tracing.complete(Target(), "ord_1", AT)


def test_moments_are_drawn_in_a_lane_for_each_function() -> None:
    drawn = plots.moments({"api": [0.0, 5.0], "notifier": [9.0]}, "An order")

    assert drawn.text().splitlines() == ["An order", "api: 0, 5 ms", "notifier: 9 ms"]
    assert ">notifier<" in drawn.svg

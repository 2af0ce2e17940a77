"""`lab alarms`: which ring, since when, and where to read on."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from lab.cli import app
from lab.core.target import Target
from lab.shop import alarms
from lab.shop.alarms import Alarm

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def described(name: str, state: str) -> dict[str, Any]:
    return {
        "AlarmName": f"checkout-dev-{name}",
        "StateValue": state,
        "StateUpdatedTimestamp": NOON,
        "StateReason": "Threshold 1; measured: 2",
        "AlarmDescription": "Something is wrong. docs/runbook.md#api-errors",
    }


class CloudWatch:
    """A client whose environment has three alarms, one of them over the others."""

    pages = (
        {"MetricAlarms": [described("api-errors", "OK"), described("no-orders", "ALARM")]},
        {"CompositeAlarms": [described("unhealthy", "ALARM")]},
    )

    def get_paginator(self, _operation: str) -> CloudWatch:
        return self

    def paginate(self, **asked: Any) -> Any:
        assert asked["AlarmNamePrefix"] == "checkout-dev-"
        return self.pages


@pytest.fixture(autouse=True)
def _deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Target, "client", lambda _self, _service: CloudWatch())
    monkeypatch.setattr("lab.cli.commands.common._answering", lambda target: target)


def test_those_that_ring_come_first() -> None:
    found = alarms.read(Target("dev"))
    assert [alarm.name for alarm in found] == ["no-orders", "unhealthy", "api-errors"]
    assert found[0] == Alarm(
        "no-orders",
        "ALARM",
        NOON,
        "Something is wrong.",
        "docs/runbook.md#api-errors",
        "Threshold 1; measured: 2",
    )


def test_only_one_kind_can_be_asked_for() -> None:
    assert [alarm.name for alarm in alarms.read(Target("dev"), alarms.COMPOSITE)] == ["unhealthy"]


def test_the_command_fails_while_one_rings(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["alarms", "--ringing", "--json"]) == 1
    rings = json.loads(capsys.readouterr().out)
    assert [alarm["name"] for alarm in rings] == ["no-orders", "unhealthy"]
    assert app.run(["alarms"]) == 1
    assert "Something is wrong" in capsys.readouterr().out


def test_the_command_prints_json(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CloudWatch, "pages", ({"MetricAlarms": [described("no-orders", "OK")]},))
    assert app.run(["alarms", "--json"]) == 0
    (alarm,) = json.loads(capsys.readouterr().out)
    assert (alarm["name"], alarm["state"]) == ("no-orders", "OK")


def test_when_all_is_quiet_it_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CloudWatch, "pages", ({"MetricAlarms": [described("no-orders", "OK")]},))
    assert app.run(["alarms", "--ringing"]) == 0
    assert "None of 1 alarms rings" in capsys.readouterr().out

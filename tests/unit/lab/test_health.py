"""`lab status`: which messages count, when they are stuck, and whether the state is saved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lab.cli import reports
from lab.console import render
from lab.core.target import Target
from lab.emulator.process import EmulatorStatus, NotSaved
from lab.shop import health, shop_client
from lab.shop.health import Health

WAITING = {"checkout-dev-notifications": ("2", "1"), "checkout-dev-notifications-dlq": ("0", "1")}
HEALTH = Health(
    "dev", None, True, dict.fromkeys(health.TABLES, 0), {"a": "Active"}, {}, {"RUNNING": 0}, ()
)


class Queues:
    """SQS, with as many visible and invisible messages as it is given."""

    def list_queues(self, **_: Any) -> dict[str, list[str]]:
        return {"QueueUrls": [f"http://localhost:4566/000000000000/{name}" for name in WAITING]}

    def get_queue_attributes(self, QueueUrl: str, AttributeNames: list[str]) -> dict[str, Any]:  # noqa: N803 - boto3's
        visible, invisible = WAITING[QueueUrl.rsplit("/", 1)[-1]]
        known = {
            "ApproximateNumberOfMessages": visible,
            "ApproximateNumberOfMessagesNotVisible": invisible,
        }
        return {"Attributes": {name: known[name] for name in AttributeNames}}


def test_messages_that_are_being_handled_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Target, "client", lambda *_: Queues())
    counted = health._queues(Target("dev"))
    assert counted == {"checkout-dev-notifications": 3, "checkout-dev-notifications-dlq": 1}


@pytest.mark.parametrize(
    ("queues", "stuck"),
    [({"x-notifications": 3}, False), ({"x-notifications-dlq": 1}, True), ({}, False)],
)
def test_mails_may_wait_and_other_messages_are_stuck(queues: dict[str, int], stuck: bool) -> None:
    report = replace(HEALTH, queues=queues)
    assert report.stuck is stuck
    assert report.good is not stuck
    mark, *_ = reports._queues_row(report)
    assert mark == (reports.BAD if stuck else reports.GOOD)


def test_a_state_that_cannot_be_saved_is_shown() -> None:
    since: NotSaved = {"since": "2026-11-29T10:00:00+00:00", "why": "No space left on device"}
    running = EmulatorStatus(True, True, Path("x"), 1, 4566, "http://localhost:4566", iam=True)
    target = Target("dev", "http://localhost:4566")

    mark, _, row = reports._emulator_row(replace(running, not_saved=since), target)

    assert mark == reports.BAD
    assert f"NOT saved since {render.moment(since['since'])}: No space left" in row
    assert reports._emulator_row(running, target)[0] == reports.GOOD


def test_without_its_workflow_a_shop_is_not_healthy(capsys: pytest.CaptureFixture[str]) -> None:
    report = replace(HEALTH, executions={})
    assert HEALTH.good
    assert not report.good
    running = EmulatorStatus(True, True, Path("x"), 1, 4566, "http://localhost:4566", iam=True)

    render.screen.print(reports.health(report, running, Target("dev")))

    assert "there is no workflow" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("settings", "closed"),
    [
        ({}, False),
        ({"*/*": {"throttlingRateLimit": 0}}, False),
        ({"~1checkout/POST": {"throttlingRateLimit": 25.0}}, False),
        ({"~1checkout/POST": {"throttlingRateLimit": 0.0}}, True),
    ],
)
def test_a_shop_that_a_restore_has_closed_is_told(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any], closed: bool
) -> None:
    stage = SimpleNamespace(get_stage=lambda **_: {"methodSettings": settings})
    monkeypatch.setattr(Target, "client", lambda *_: stage)
    monkeypatch.setattr(shop_client, "rest_api_id", lambda _: "id")

    assert health.takes_no_orders(Target("dev")) is closed
    assert replace(HEALTH, closed=closed).good is not closed

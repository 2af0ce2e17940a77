"""Reads the alarms of an environment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lab.core.target import Target

METRIC, COMPOSITE = "MetricAlarm", "CompositeAlarm"
ORDER = ("ALARM", "INSUFFICIENT_DATA", "OK")


@dataclass(frozen=True)
class Alarm:
    """A CloudWatch alarm.

    `name` has no prefix of the environment, `since` is when it entered its state, `reason` is
    CloudWatch's `StateReason`. `meaning` and `runbook` (such as `docs/runbook.md#api-errors`) are
    the two parts of its description.
    """

    name: str
    state: str
    since: datetime
    meaning: str
    runbook: str
    reason: str

    @property
    def rings(self) -> bool:
        """Whether the alarm is in the state ALARM."""
        return self.state == "ALARM"


def read(target: Target, *kinds: str) -> list[Alarm]:
    """The alarms of the environment, of both kinds by default; those that ring come first."""
    descriptions = _describe(target, kinds or (METRIC, COMPOSITE))
    alarms = (_alarm(target, description) for description in descriptions)
    return sorted(alarms, key=lambda alarm: (ORDER.index(alarm.state), alarm.name))


def are_quiet(alarms: Iterable[Alarm]) -> bool:
    """Whether none of the alarms rings."""
    return not any(alarm.rings for alarm in alarms)


def _describe(target: Target, kinds: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    pages = target.client("cloudwatch").get_paginator("describe_alarms")
    for page in pages.paginate(AlarmNamePrefix=target.named(""), AlarmTypes=list(kinds)):
        for kind in kinds:
            yield from page.get(f"{kind}s", [])


def _alarm(target: Target, description: Mapping[str, Any]) -> Alarm:
    meaning, _, runbook = description.get("AlarmDescription", "").rpartition(" ")
    return Alarm(
        name=description["AlarmName"].removeprefix(target.named("")),
        state=description["StateValue"],
        since=description.get("StateTransitionedTimestamp") or description["StateUpdatedTimestamp"],
        meaning=meaning,
        runbook=runbook,
        reason=description.get("StateReason", ""),
    )

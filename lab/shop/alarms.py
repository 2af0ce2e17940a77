"""The alarms of an environment, and which of them ring."""

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
    """An alarm: its short name, its state since when, what it means, and where to read on.

    `reason` is what CloudWatch says about the state; `runbook` a place such as
    `docs/runbook.md#api-errors`.
    """

    name: str
    state: str
    since: datetime
    meaning: str
    runbook: str
    reason: str

    @property
    def rings(self) -> bool:
        """Whether somebody should look."""
        return self.state == "ALARM"


def read(target: Target, *kinds: str) -> list[Alarm]:
    """The environment's alarms (both kinds unless told), those that ring first, then by name."""
    found = (_alarm(target, said) for said in _described(target, kinds or (METRIC, COMPOSITE)))
    return sorted(found, key=lambda alarm: (ORDER.index(alarm.state), alarm.name))


def are_quiet(found: Iterable[Alarm]) -> bool:
    """Whether none of them rings."""
    return not any(alarm.rings for alarm in found)


def _described(target: Target, kinds: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    pages = target.client("cloudwatch").get_paginator("describe_alarms")
    for page in pages.paginate(AlarmNamePrefix=target.named(""), AlarmTypes=list(kinds)):
        for kind in kinds:
            yield from page.get(f"{kind}s", [])


def _alarm(target: Target, said: Mapping[str, Any]) -> Alarm:
    meaning, _, runbook = said.get("AlarmDescription", "").rpartition(" ")
    return Alarm(
        name=said["AlarmName"].removeprefix(target.named("")),
        state=said["StateValue"],
        since=said.get("StateTransitionedTimestamp") or said["StateUpdatedTimestamp"],
        meaning=meaning,
        runbook=runbook,
        reason=said.get("StateReason", ""),
    )

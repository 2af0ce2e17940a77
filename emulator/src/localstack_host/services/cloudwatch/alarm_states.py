"""Changes the states of alarms: history, composite alarms, and actions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-combining.html
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from localstack_host.services.cloudwatch import alarm_actions, alarm_rules
from localstack_host.services.cloudwatch.alarm_messages import Description, StateChange, long_time
from localstack_host.services.cloudwatch.alarm_reasons import VERSION, timestamp

Alarm = Any  # LocalStack's LocalStackMetricAlarm or LocalStackCompositeAlarm
Alarms = Mapping[str, Alarm]  # of an account and a region, by ARN
STATES = ("OK", "ALARM", "INSUFFICIENT_DATA")
_LOCK = threading.RLock()


@dataclass(frozen=True)
class NewState:
    """A state, its reason, and the document in `StateReasonData`."""

    value: str
    reason: str
    data: Mapping[str, Any] | None = None


def set_state(alarm: Alarm, new: NewState) -> None:
    """Sets the state of an alarm and of the composite alarms above it, and performs their actions.

    Without a change of the value only the reason is set.
    """
    with _LOCK:
        changes = list(_apply(alarm, new, (), frozenset()))
    for change in changes:
        alarm_actions.perform(change)


def evaluate_composite(alarm: Alarm, event: str) -> None:
    """Evaluates a composite alarm that was `created` or `updated`."""
    with _LOCK:
        alarms = _alarms_beside(alarm)
        children = [child.alarm for child in _children(alarm, alarms)]
        value = _value(alarm, alarms)
        reason = f"{alarm.alarm['AlarmArn']} was {event} and its alarm rule evaluates to {value}"
        new = NewState(value, reason, _triggering_alarms(children))
        changes = list(_apply(alarm, new, children, frozenset()))
    for change in changes:
        alarm_actions.perform(change)


def _apply(
    alarm: Alarm, new: NewState, triggering: Sequence[Description], above: frozenset[str]
) -> Iterator[StateChange]:
    """Changes an alarm, then those above it; `above` has the alarms that have led here."""
    before = copy(alarm.alarm)
    now = datetime.now(UTC)
    alarm.alarm |= {
        "StateValue": new.value,
        "StateReason": new.reason,
        "StateUpdatedTimestamp": now,
    }
    alarm.alarm.pop("StateReasonData", None)
    if new.data is not None:
        alarm.alarm["StateReasonData"] = json.dumps(new.data)
    if before["StateValue"] == new.value:
        return
    alarm.alarm["StateTransitionedTimestamp"] = now
    _record(alarm, before, now)
    if "AlarmRule" in alarm.alarm:
        _suppress(alarm)
    yield StateChange(alarm.account_id, alarm.region, copy(alarm.alarm), before, triggering)
    arn = alarm.alarm["AlarmArn"]
    for parent in list(_parents(alarm)):
        if parent.alarm["AlarmArn"] not in above | {arn}:
            yield from _reevaluate(parent, alarm, above | {arn})


def _reevaluate(parent: Alarm, child: Alarm, above: frozenset[str]) -> Iterator[StateChange]:
    value = _value(parent, _alarms_beside(parent))
    if value == parent.alarm["StateValue"]:
        return
    description = copy(child.alarm)
    at = long_time(description["StateTransitionedTimestamp"])
    arn, state = description["AlarmArn"], description["StateValue"]
    reason = f"{arn} transitioned to {state} at {at}"
    new = NewState(value, reason, _triggering_alarms([description]))
    yield from _apply(parent, new, [description], above)


def _value(alarm: Alarm, alarms: Alarms) -> str:
    rule = alarm_rules.parse(alarm.alarm["AlarmRule"])

    def state(child: str) -> str | None:
        found = _find(child, alarms)
        return found.alarm["StateValue"] if found else None

    return "ALARM" if rule.holds(state) else "OK"


def _triggering_alarms(children: Sequence[Description]) -> dict[str, Any]:
    return {
        "triggeringAlarms": [
            {
                "arn": child["AlarmArn"],
                "state": {
                    "value": child["StateValue"],
                    "timestamp": timestamp(child["StateTransitionedTimestamp"].timestamp()),
                },
            }
            for child in children
        ]
    }


def _alarms_beside(alarm: Alarm) -> Alarms:
    from localstack.services.cloudwatch.models import cloudwatch_stores

    alarms: Alarms = cloudwatch_stores[alarm.account_id][alarm.region].alarms
    return alarms


def _find(child: str, alarms: Alarms) -> Alarm | None:
    """An alarm by its name or ARN."""
    if child in alarms:
        return alarms[child]
    return next((each for each in alarms.values() if each.alarm["AlarmName"] == child), None)


def _children(alarm: Alarm, alarms: Alarms) -> Iterator[Alarm]:
    for name in alarm_rules.parse(alarm.alarm["AlarmRule"]).children:
        if child := _find(name, alarms):
            yield child


def _parents(alarm: Alarm) -> Iterator[Alarm]:
    names = {alarm.alarm["AlarmName"], alarm.alarm["AlarmArn"]}
    for each in _alarms_beside(alarm).values():
        rule = each.alarm.get("AlarmRule")
        if rule and names & set(alarm_rules.parse(rule).children):
            yield each


def _suppress(alarm: Alarm) -> None:
    """Notes that another alarm suppresses the actions. Its waiting periods are not observed."""
    for key in ("ActionsSuppressedBy", "ActionsSuppressedReason"):
        alarm.alarm.pop(key, None)
    name = alarm.alarm.get("ActionsSuppressor")
    suppressor = _find(name, _alarms_beside(alarm)) if name else None
    if suppressor and suppressor.alarm["StateValue"] == "ALARM":
        arn = suppressor.alarm["AlarmArn"]
        alarm.alarm["ActionsSuppressedBy"] = "Alarm"
        alarm.alarm["ActionsSuppressedReason"] = f"Actions suppressed by {arn}"


def _record(alarm: Alarm, before: Description, now: datetime) -> None:
    from localstack.services.cloudwatch.models import cloudwatch_stores

    composite = "AlarmRule" in alarm.alarm
    old, new = before["StateValue"], alarm.alarm["StateValue"]
    data = {"version": VERSION, "oldState": _state(before), "newState": _state(alarm.alarm)}
    item: Any = {
        "AlarmName": alarm.alarm["AlarmName"],
        "AlarmType": "CompositeAlarm" if composite else "MetricAlarm",
        "Timestamp": now,
        "HistoryItemType": "StateUpdate",
        "HistorySummary": f"Alarm updated from {old} to {new}",
        "HistoryData": json.dumps(data),
    }
    cloudwatch_stores[alarm.account_id][alarm.region].histories.append(item)


def _state(alarm: Description) -> dict[str, Any]:
    state = {"stateValue": alarm["StateValue"], "stateReason": alarm["StateReason"]}
    if data := alarm.get("StateReasonData"):
        state["stateReasonData"] = json.loads(data)
    return state

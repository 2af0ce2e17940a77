"""Filters and pages of DescribeAlarms. Pure functions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from localstack_host.services.cloudwatch import alarm_rules
from localstack_host.services.cloudwatch.alarm_actions import BY_STATE
from localstack_host.services.cloudwatch.alarm_messages import Description

MOST = 50
METRIC, COMPOSITE = "MetricAlarm", "CompositeAlarm"


def page(alarms: Iterable[Description], filters: Mapping[str, Any]) -> dict[str, Any]:
    """The matching alarms by name, of the types that were asked for; a token is a name.

    Without types, only metric alarms are described.
    """
    every = sorted(alarms, key=lambda alarm: alarm["AlarmName"])
    types = filters.get("alarm_types") or [METRIC]
    related = _related(every, filters)
    found = [
        alarm
        for alarm in every
        if type_of(alarm) in types
        and _matches(alarm, filters)
        and (related is None or alarm["AlarmName"] in related)
        and alarm["AlarmName"] > (filters.get("next_token") or "")
    ]
    some = found[: filters.get("max_records") or MOST]
    answer: dict[str, Any] = {
        "CompositeAlarms": [alarm for alarm in some if type_of(alarm) == COMPOSITE],
        "MetricAlarms": [alarm for alarm in some if type_of(alarm) == METRIC],
    }
    return answer | ({"NextToken": some[-1]["AlarmName"]} if len(some) < len(found) else {})


def type_of(alarm: Description) -> str:
    """MetricAlarm or CompositeAlarm."""
    return COMPOSITE if "AlarmRule" in alarm else METRIC


def _matches(alarm: Description, filters: Mapping[str, Any]) -> bool:
    names, prefix = filters.get("alarm_names"), filters.get("action_prefix")
    actions = [action for key in BY_STATE.values() for action in alarm.get(key) or ()]
    return (
        (not names or alarm["AlarmName"] in names)
        and alarm["AlarmName"].startswith(filters.get("alarm_name_prefix") or "")
        and filters.get("state_value") in (None, alarm["StateValue"])
        and (not prefix or any(action.startswith(prefix) for action in actions))
    )


def _related(alarms: Sequence[Description], filters: Mapping[str, Any]) -> set[str] | None:
    """The names of the children or parents of an alarm; None if they were not asked for."""
    if parent := filters.get("children_of_alarm_name"):
        rules = [alarm for alarm in alarms if alarm["AlarmName"] == parent]
        named = {child for alarm in rules for child in _children(alarm)}
        return {a["AlarmName"] for a in alarms if named & {a["AlarmName"], a["AlarmArn"]}}
    if child := filters.get("parents_of_alarm_name"):
        known = {child, *(a["AlarmArn"] for a in alarms if a["AlarmName"] == child)}
        return {alarm["AlarmName"] for alarm in alarms if known & set(_children(alarm))}
    return None


def _children(alarm: Description) -> tuple[str, ...]:
    rule = alarm.get("AlarmRule")
    return alarm_rules.parse(rule).children if rule else ()

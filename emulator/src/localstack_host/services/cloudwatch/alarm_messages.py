"""What alarms send when their state changes: to a topic, as a mail, and to a function.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Acting_Alarm_Changes.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from localstack_host.services.cloudwatch.alarm_reasons import timestamp

Description = Mapping[str, Any]  # an alarm, as DescribeAlarms shows it
ACTIONS = ("OKActions", "AlarmActions", "InsufficientDataActions")


@dataclass(frozen=True)
class StateChange:
    """An alarm after a change, what it was before, and the children that caused it."""

    account: str
    region: str
    alarm: Description
    before: Description
    triggering: Sequence[Description] = ()

    @property
    def is_composite(self) -> bool:
        """Whether the alarm has a rule about others."""
        return "AlarmRule" in self.alarm


@cache
def region_name(region: str) -> str:
    """A region's name in notifications: EU (Ireland). The identifier itself if it is unknown."""
    from botocore.loaders import create_loader

    for partition in create_loader().load_data("endpoints")["partitions"]:
        if described := partition["regions"].get(region):
            return str(described["description"]).replace("Europe (", "EU (")
    return region


def subject(change: StateChange) -> str:
    """The subject of a notification."""
    state, name = change.alarm["StateValue"], change.alarm["AlarmName"]
    return f'{state}: "{name}" in {region_name(change.region)}'


def notification(change: StateChange) -> str:
    """The JSON document that a topic's subscribers get."""
    alarm = change.alarm
    updated = alarm["AlarmConfigurationUpdatedTimestamp"].timestamp()
    document = {
        "AlarmName": alarm["AlarmName"],
        "AlarmDescription": alarm.get("AlarmDescription"),
        "AWSAccountId": change.account,
        "AlarmConfigurationUpdatedTimestamp": timestamp(updated),
        "NewStateValue": alarm["StateValue"],
        "NewStateReason": alarm["StateReason"],
        "StateChangeTime": _updated(alarm),
        "Region": region_name(change.region),
        "AlarmArn": alarm["AlarmArn"],
        "OldStateValue": change.before["StateValue"],
        **{name: alarm.get(name, []) for name in ACTIONS},
    }
    if change.is_composite:
        document["AlarmRule"] = alarm["AlarmRule"]
        document["TriggeringChildren"] = [_child(child) for child in change.triggering]
        del document["AlarmConfigurationUpdatedTimestamp"]
    else:
        document["Trigger"] = _trigger(alarm)
    return json.dumps(document, ensure_ascii=False)


def _updated(alarm: Description) -> str:
    return timestamp(alarm["StateUpdatedTimestamp"].timestamp())


def _child(child: Description) -> dict[str, Any]:
    return {
        "Arn": child["AlarmArn"],
        "State": {"Value": child["StateValue"], "Timestamp": _updated(child)},
    }


def _trigger(alarm: Description) -> dict[str, Any]:
    trigger = dict(_measured(alarm)) | {
        "Period": int(alarm.get("Period") or 0),
        "EvaluationPeriods": int(alarm["EvaluationPeriods"]),
        "ComparisonOperator": alarm["ComparisonOperator"],
        "Threshold": float(alarm.get("Threshold") or 0),
        "TreatMissingData": alarm.get("TreatMissingData") or "",
        "EvaluateLowSampleCountPercentile": alarm.get("EvaluateLowSampleCountPercentile") or "",
    }
    if needed := alarm.get("DatapointsToAlarm"):
        trigger["DatapointsToAlarm"] = int(needed)
    return trigger


def _measured(alarm: Description) -> Iterator[tuple[str, Any]]:
    if alarm.get("Metrics"):
        yield "Metrics", [_query(query) for query in alarm["Metrics"]]
        return
    yield "MetricName", alarm["MetricName"]
    yield "Namespace", alarm["Namespace"]
    if statistic := alarm.get("Statistic"):
        yield from (("StatisticType", "Statistic"), ("Statistic", _upper(statistic)))
    else:
        yield "StatisticType", "ExtendedStatistic"
        yield "ExtendedStatistic", alarm["ExtendedStatistic"]
    yield "Unit", alarm.get("Unit")
    yield "Dimensions", _dimensions(alarm)


def _upper(statistic: str) -> str:
    return "SAMPLE_COUNT" if statistic == "SampleCount" else statistic.upper()


def _dimensions(metric: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"value": each["Value"], "name": each["Name"]} for each in metric.get("Dimensions") or ()
    ]


def _query(query: Mapping[str, Any]) -> dict[str, Any]:
    query = {"ReturnData": True, **query}
    if stat := query.get("MetricStat"):
        metric = {**stat["Metric"], "Dimensions": _dimensions(stat["Metric"])}
        query["MetricStat"] = {**stat, "Metric": metric}
    return query


def invocation(change: StateChange) -> str:
    """The JSON document that a function gets."""
    document = {
        "source": "aws.cloudwatch",
        "alarmArn": change.alarm["AlarmArn"],
        "accountId": change.account,
        "time": _updated(change.alarm),
        "region": change.region,
        "alarmData": detail(change),
    }
    return json.dumps(document)


def detail(change: StateChange) -> dict[str, Any]:
    """The alarm with both states, as in the detail of an event."""
    alarm = change.alarm
    configuration: dict[str, Any] = {"description": alarm.get("AlarmDescription", "")}
    if change.is_composite:
        configuration["alarmRule"] = alarm["AlarmRule"]
    else:
        configuration["metrics"] = list(_metrics(alarm))
    return {
        "alarmName": alarm["AlarmName"],
        "state": _state(alarm),
        "previousState": _state(change.before),
        "configuration": configuration,
    }


def _state(alarm: Description) -> dict[str, Any]:
    state = {"value": alarm["StateValue"], "reason": alarm["StateReason"]}
    if data := alarm.get("StateReasonData"):
        state["reasonData"] = data
    return state | {"timestamp": _updated(alarm)}


def _metrics(alarm: Description) -> Iterator[dict[str, Any]]:
    if not alarm.get("Metrics"):
        stat = alarm.get("Statistic") or alarm["ExtendedStatistic"]
        metric_stat = _metric_stat(alarm, alarm["Period"], stat)
        yield {"id": str(uuid.uuid4()), "metricStat": metric_stat, "returnData": True}
        return
    for query in alarm["Metrics"]:
        document = {"id": query["Id"], "returnData": query.get("ReturnData", True)}
        document |= {key.lower(): query[key] for key in ("Expression", "Label") if key in query}
        if stat := query.get("MetricStat"):
            document["metricStat"] = _metric_stat(stat["Metric"], stat["Period"], stat["Stat"])
        yield document


def _metric_stat(metric: Mapping[str, Any], period: int, stat: str) -> dict[str, Any]:
    dimensions = {each["Name"]: each["Value"] for each in metric.get("Dimensions") or ()}
    named = {"namespace": metric["Namespace"], "name": metric["MetricName"]}
    return {"metric": named | {"dimensions": dimensions}, "period": int(period), "stat": stat}


def long_time(moment: datetime) -> str:
    """A time as in mails and reasons: Wednesday 03 September, 2025 06:25:33 UTC."""
    return f"{moment:%A %d %B, %Y %H:%M:%S} UTC"

"""The text that subscribers of the protocol `email` get when an alarm's state changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from localstack_host.services.cloudwatch.alarm_messages import (
    Description,
    StateChange,
    long_time,
    region_name,
)

Line = tuple[str, object]


def text(change: StateChange) -> str:
    """The mail, as AWS writes it."""
    alarm, region = change.alarm, change.region
    at = long_time(alarm["StateUpdatedTimestamp"])
    link = f"https://{region}.console.aws.amazon.com/cloudwatch/deeplink.js?region={region}"
    link += f"#alarmsV2:alarm/{quote(alarm['AlarmName'])}"
    first = (
        f'You are receiving this email because your Amazon CloudWatch Alarm "{alarm["AlarmName"]}"'
        f" in the {region_name(region)} region has entered the {alarm['StateValue']} state,"
        f' because "{alarm["StateReason"]}" at "{at}".'
    )
    parts = [
        first,
        f"View this alarm in the AWS Management Console:\n{link}",
        _section("Alarm Details", list(_details(change, at)), 28),
        *(_rule(alarm) if change.is_composite else _measured(alarm)),
        _section("State Change Actions", list(_actions(alarm)), 0),
    ]
    return "\n\n".join(parts) + "\n"


def _section(title: str, lines: list[Line], width: int) -> str:
    texts = [f"- {f'{name}:':<{width}}{' ' if not width else ''}{value}" for name, value in lines]
    return "\n".join([f"{title}:", *texts])


def _details(change: StateChange, at: str) -> Iterator[Line]:
    alarm = change.alarm
    yield "Name", alarm["AlarmName"]
    yield "Description", alarm.get("AlarmDescription", "")
    yield "State Change", f"{change.before['StateValue']} -> {alarm['StateValue']}"
    yield "Reason for State Change", alarm["StateReason"]
    yield "Timestamp", at
    yield "AWS Account", change.account
    yield "Alarm Arn", alarm["AlarmArn"]


def _actions(alarm: Description) -> Iterator[Line]:
    for state, name in (
        ("OK", "OKActions"),
        ("ALARM", "AlarmActions"),
        ("INSUFFICIENT_DATA", "InsufficientDataActions"),
    ):
        actions = alarm.get(name)
        yield state, f"[{', '.join(actions)}]" if actions else ""


def _rule(alarm: Description) -> Iterator[str]:
    yield f"Alarm Rule:\n- {alarm['AlarmRule']}"


def _measured(alarm: Description) -> Iterator[str]:
    periods = alarm["EvaluationPeriods"]
    needed = alarm.get("DatapointsToAlarm") or periods
    metric_period = next((_period(each) for each in _queries(alarm) if _period(each)), 0)
    yield (
        "Threshold:\n- The alarm is in the ALARM state when the metric is "
        f"{alarm['ComparisonOperator']} {float(alarm.get('Threshold') or 0)} for at least {needed} "
        f"of the last {periods} period(s) of {metric_period} seconds."
    )
    queries = list(_queries(alarm))
    lines = [line for query in queries for line in _metric(query, alarm)]
    yield _section("Monitored Metrics" if len(queries) > 1 else "Monitored Metric", lines, 37)


def _queries(alarm: Description) -> list[Mapping[str, Any]]:
    if alarm.get("Metrics"):
        return list(alarm["Metrics"])
    stat = {
        "Metric": alarm,
        "Period": alarm["Period"],
        "Stat": alarm.get("Statistic") or alarm["ExtendedStatistic"],
        "Unit": alarm.get("Unit"),
    }
    return [{"MetricStat": stat}]


def _period(query: Mapping[str, Any]) -> int:
    return int(query.get("Period") or query.get("MetricStat", {}).get("Period") or 0)


def _metric(query: Mapping[str, Any], alarm: Description) -> Iterator[Line]:
    if expression := query.get("Expression"):
        yield "MetricExpression", expression
        yield "MetricLabel", query.get("Label", "")
        return
    stat = query["MetricStat"]
    metric = stat["Metric"]
    pairs = [f"{each['Name']} = {each['Value']}" for each in metric.get("Dimensions") or ()]
    yield "MetricNamespace", metric["Namespace"]
    yield "MetricName", metric["MetricName"]
    yield "Dimensions", f"[{', '.join(pairs)}]" if pairs else ""
    yield "Period", f"{stat['Period']} seconds"
    yield "Statistic", stat["Stat"]
    yield "Unit", stat.get("Unit") or "not specified"
    yield "TreatMissingData", alarm.get("TreatMissingData") or "missing"

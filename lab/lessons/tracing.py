"""Traces an order: the logs of all functions about it, and the metrics."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from checkout.metrics import Metric
from lab.core import naming
from lab.core.target import Target
from lab.shop import logs
from lab.shop.logs import LogLine

EARLIER = timedelta(seconds=5)
Record = dict[str, Any]


@dataclass(frozen=True)
class Moment:
    """A log record about an order, `ms` after the first one."""

    ms: int
    function: str
    said: str
    at: datetime


def lines(target: Target, since: datetime) -> list[LogLine]:
    """All log lines of all functions since a time, oldest first."""
    all_lines = [line for name in logs.functions() for line in logs.read(target, name, since)]
    return sorted(all_lines, key=lambda line: line.at)


def records(found: Iterable[LogLine]) -> list[Record]:
    """The lines that are JSON objects, parsed; the runtime writes the others."""
    parsed = (_parsed(line.message) for line in found)
    return [record for record in parsed if record]


def _parsed(message: str) -> Record:
    try:
        record = json.loads(message)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def story(target: Target, order_id: str, since: datetime) -> list[Moment]:
    """All log records about an order, by time."""
    matching = [line for line in lines(target, since - EARLIER) if order_id in line.message]
    entries = [(line, record) for line in matching if (record := _parsed(line.message))]
    if not entries:
        return []
    first = entries[0][0].at
    return [_moment(line, record, first) for line, record in entries]


def mistold(told: object, records: Iterable[Record], order_id: str) -> str:
    """The problem of a list of (service, message) about an order; empty if there is none."""
    mine = sorted(_about(records, order_id), key=lambda record: str(record["timestamp"]))
    expected = [(str(record["service"]), str(record["message"])) for record in mine]
    if not isinstance(told, list):
        return f"story(…) returns {told!r}, and not a list."
    if not told:
        return "It finds nothing about the order."
    pairs = [tuple(pair) if isinstance(pair, list | tuple) else pair for pair in told]
    if unlike := [pair for pair in pairs if pair not in expected]:
        return f"{unlike[0]!r} is no (service, message) of a line about this order."
    if Counter(pairs) != Counter(expected):
        return f"{len(pairs)} of {len(expected)} lines are there."
    if _moments(pairs, mine) != sorted(_moments(pairs, mine)):
        return f"It begins with {pairs[0][0]} and ends with {pairs[-1][0]}: not in order. By time?"
    return ""


def _about(records: Iterable[Record], order_id: str) -> Iterator[Record]:
    return (record for record in records if record.get("order_id") == order_id)


def _moments(pairs: Iterable[object], mine: Iterable[Record]) -> list[str]:
    """The time of each pair; equal pairs are assigned in order of time."""
    when: dict[object, list[str]] = {}
    for record in mine:
        pair_key = (str(record["service"]), str(record["message"]))
        when.setdefault(pair_key, []).append(str(record["timestamp"]))
    return [when[pair].pop(0) for pair in pairs]


def complete(target: Target, order_id: str, since: datetime) -> bool:
    """Whether the notifier, the last function, has logged about the order."""
    return any(moment.function == "notifier" for moment in story(target, order_id, since))


def _moment(line: LogLine, record: Mapping[str, Any], first: datetime) -> Moment:
    parts = [str(record.get(name, "")) for name in ("task", "message")]
    extra = [f"({record[name]})" for name in ("reason", "exception_name") if name in record]
    if record.get("attempt"):
        extra.insert(0, f"at try {record['attempt'] + 1}")
    ms = round((line.at - first).total_seconds() * 1000)
    return Moment(ms, str(record.get("service", "")), " ".join([*parts, *extra]).strip(), line.at)


def total(target: Target, metric: Metric, minutes: int = 60, **dimensions: str) -> float:
    """The sum of a metric of the checkout over the last minutes."""
    now = datetime.now(UTC)
    dimension_values = {"environment": target.environment, **dimensions}
    response = target.client("cloudwatch").get_metric_statistics(
        Namespace=naming.shop().metric_namespace,
        MetricName=metric.name,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimension_values.items()],
        StartTime=now - timedelta(minutes=minutes),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=["Sum"],
    )
    return float(sum(point["Sum"] for point in response["Datapoints"]))


def totals(target: Target, metrics: Iterable[Metric]) -> dict[str, float]:
    """The sums of metrics without additional dimensions, by name."""
    return {metric.name: total(target, metric) for metric in metrics}

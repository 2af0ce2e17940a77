"""Metric filters: the data points that log events make.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from localstack_host.localstack_api import CommonServiceException
from localstack_host.services.cloudwatch.metric_delivery import Source, delivery
from localstack_host.services.logs.conditions import MISSING, InvalidPattern, Match, number, text_of
from localstack_host.services.logs.patterns import pattern

Event = Mapping[str, Any]
Filter = Mapping[str, Any]  # as moto stores it
Place = tuple[str, str]  # account and region
Point = tuple[Source, float]


def check(transformations: Sequence[Mapping[str, Any]]) -> None:
    """Raises InvalidParameterException for a default value of a metric with dimensions."""
    for each in transformations:
        if each.get("dimensions") and each.get("defaultValue") is not None:
            raise CommonServiceException(
                "InvalidParameterException",
                "Invalid metric transformation: dimensions and default value are mutually"
                " exclusive properties.",
                400,
                sender_fault=True,
            )


def publish(place: Place, filters: Sequence[Filter], group: str, events: Sequence[Event]) -> None:
    """Sends what the filters of a log group make of its events to CloudWatch."""
    for each in filters:
        if each["logGroupName"] == group:
            for source, value in points(place, each, events):
                delivery().add(source, (value,))


def points(place: Place, filter_: Filter, events: Sequence[Event]) -> Iterator[Point]:
    """Yields the metrics of the events that match, or the default value if none does."""
    try:
        matches = pattern(filter_["filterPattern"] or "")
    except InvalidPattern:  # of a state that was saved before patterns were checked
        return
    found = [(event, match) for event in events if (match := matches(event["message"]))]
    for transformation in filter_["metricTransformations"]:
        for event, match in found:
            yield from _of_match(place, transformation, event, match)
        default = transformation.get("defaultValue")
        if not found and events and default is not None:
            yield _source(place, transformation, (), events[-1]), float(default)


def _of_match(
    place: Place, transformation: Mapping[str, Any], event: Event, match: Match
) -> Iterator[Point]:
    """Yields one data point; none if a field that it needs is not there, or is no number."""
    text = str(transformation.get("metricValue") or "1")
    value = number(match.value(text) if text.startswith("$") else text)
    named = transformation.get("dimensions") or {}
    found = {name: match.value(selector) for name, selector in sorted(named.items())}
    if value is None or any(each is MISSING or each is None for each in found.values()):
        return
    dimensions = tuple((name, text_of(each)) for name, each in found.items())
    yield _source(place, transformation, dimensions, event), value


def _source(
    place: Place,
    transformation: Mapping[str, Any],
    dimensions: tuple[tuple[str, str], ...],
    event: Event,
) -> Source:
    where = (*place, transformation["metricNamespace"])
    metric = (transformation["metricName"], transformation.get("unit"))
    return Source(where, (dimensions,), (metric,), int(event["timestamp"] / 1000))


def matched_messages(text: str, messages: Sequence[str]) -> list[dict[str, Any]]:
    """TestMetricFilter's matches: the number, the text and the fields. Raises `InvalidPattern`."""
    matches = pattern(text)
    found: list[dict[str, Any]] = []
    for index, message in enumerate(messages, 1):
        if match := matches(message):
            values = {each: match.value(each) for each in match.fields}
            known = {name: text_of(v) for name, v in values.items() if v not in (MISSING, None)}
            found.append({"eventNumber": index, "eventMessage": message, "extractedValues": known})
    return found

"""The widgets of a dashboard, parsed from its body.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lab.operate.dashboard.metrics import Metric, metrics_of

Properties = Mapping[str, Any]
SOURCE = re.compile(r"SOURCE '([^']+)'")


@dataclass(frozen=True)
class Place:
    """The position and size of a widget in a grid of 24 columns."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Widget:
    """Base class of all widgets; the title may be empty."""

    place: Place
    title: str


@dataclass(frozen=True)
class Text(Widget):
    """Text in Markdown."""

    markdown: str


@dataclass(frozen=True)
class Mark:
    """A horizontal line in a graph, usually the threshold of an alarm."""

    label: str
    value: float


@dataclass(frozen=True)
class Graph(Widget):
    """Metrics over time, with their unit."""

    unit: str
    stacked: bool
    metrics: tuple[Metric, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class AlarmList(Widget):
    """Alarms with their states, by their full names."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class LogTable(Widget):
    """The result of a Logs Insights query on some log groups."""

    query: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Unknown(Widget):
    """A widget of a kind that the lab does not draw."""

    kind: str


def parse(body: str) -> tuple[Widget, ...]:
    """Parses the body of a dashboard."""
    return tuple(_widget(widget) for widget in json.loads(body)["widgets"])


def _widget(widget: Mapping[str, Any]) -> Widget:
    properties: Properties = widget["properties"]
    place = Place(widget["x"], widget["y"], widget["width"], widget["height"])
    title = properties.get("title", "")
    match widget["type"]:
        case "text":
            return Text(place, title, properties["markdown"])
        case "alarm":
            names = (arn.rpartition(":alarm:")[2] for arn in properties["alarms"])
            return AlarmList(place, title, tuple(names))
        case "log":
            query = properties["query"]
            return LogTable(place, title, query, tuple(SOURCE.findall(query)))
        case "metric" if properties.get("view", "timeSeries") == "timeSeries":
            return _graph(place, title, properties)
    return Unknown(place, title, properties.get("view") or widget["type"])


def _graph(place: Place, title: str, properties: Properties) -> Graph:
    marks = properties.get("annotations", {}).get("horizontal", ())
    return Graph(
        place,
        title,
        unit=properties.get("yAxis", {}).get("left", {}).get("label", ""),
        stacked=properties.get("stacked", False),
        metrics=metrics_of(properties),
        marks=tuple(Mark(mark.get("label", ""), float(mark["value"])) for mark in marks),
    )

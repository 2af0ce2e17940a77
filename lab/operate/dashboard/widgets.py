"""What a dashboard is made of, read from its body.

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
    """Where a widget is, in a grid of 24 columns."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Widget:
    """Anything on a dashboard; its title may be empty."""

    place: Place
    title: str


@dataclass(frozen=True)
class Text(Widget):
    """Words in Markdown."""

    markdown: str


@dataclass(frozen=True)
class Mark:
    """A horizontal line in a graph, mostly where an alarm begins."""

    label: str
    value: float


@dataclass(frozen=True)
class Graph(Widget):
    """Metrics over time, with what their values are counted in."""

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
    """What a query of Logs Insights finds in some log groups."""

    query: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Unknown(Widget):
    """A widget of a kind that the lab does not draw."""

    kind: str


def parse(body: str) -> tuple[Widget, ...]:
    """The widgets of a dashboard's body, in its order."""
    return tuple(_widget(said) for said in json.loads(body)["widgets"])


def _widget(said: Mapping[str, Any]) -> Widget:
    properties: Properties = said["properties"]
    place = Place(said["x"], said["y"], said["width"], said["height"])
    title = properties.get("title", "")
    match said["type"]:
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
    return Unknown(place, title, properties.get("view") or said["type"])


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

"""Reads and draws the routes of the deployed event bus."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from lab.console.drawing.shown import AMBER, BLUE, GREEN, GREY, VIOLET, Picture, svg
from lab.core.target import Target

WIDTH, GAP, ROW, BOX, LINE = 152.0, 26.0, 74.0, 44.0, 17.0
COLOURS = {"events": GREY, "rule": AMBER, "topic": VIOLET, "queue": BLUE, "function": GREEN}
FITS = 21  # characters in a box


@dataclass(frozen=True)
class Stop:
    """A resource on the route of an event: its kind (rule, topic, queue, function) and name."""

    kind: str
    name: str


@dataclass(frozen=True)
class Route:
    """The events that a rule matches, and the resources that they pass."""

    events: tuple[str, ...]
    stops: tuple[Stop, ...]


def routes(target: Target) -> list[Route]:
    """All routes from the bus, sorted by rule."""
    client, bus = target.client("events"), target.prefix
    route_list = []
    for rule in client.list_rules(EventBusName=bus)["Rules"]:
        pattern = json.loads(rule["EventPattern"])
        event_types = tuple(pattern.get("detail-type", ["everything"]))
        targets = client.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus)["Targets"]
        first = Stop("rule", _short(target, rule["Name"]))
        route_list += [
            Route(event_types, (first, *rest))
            for a in targets
            for rest in _routes_from(target, a["Arn"])
        ]
    return sorted(route_list, key=lambda route: route.stops[0].name)


def _routes_from(target: Target, arn: str) -> Iterator[tuple[Stop, ...]]:
    """Yields the routes from a topic, a queue or a function to their last consumers."""
    kind = {"sns": "topic", "sqs": "queue"}.get(arn.split(":")[2], "function")
    stop = Stop(kind, _short(target, arn.rpartition(":")[2]))
    nexts = [way for after in _consumers(target, kind, arn) for way in _routes_from(target, after)]
    if kind == "function":
        nexts = []
    yield from ((stop, *way) for way in nexts or [()])


def _consumers(target: Target, kind: str, arn: str) -> list[str]:
    if kind == "topic":
        response = target.client("sns").list_subscriptions_by_topic(TopicArn=arn)
        return [s["Endpoint"] for s in response["Subscriptions"] if s["Protocol"] == "sqs"]
    if kind == "queue":
        response = target.client("lambda").list_event_source_mappings(EventSourceArn=arn)
        return [_function(mapping) for mapping in response["EventSourceMappings"]]
    return []


def _function(mapping: dict[str, Any]) -> str:
    """The function's ARN without its alias."""
    return ":".join(mapping["FunctionArn"].split(":")[:7])


def _short(target: Target, name: str) -> str:
    return name.removeprefix(target.named(""))


def draw(found: Sequence[Route]) -> Picture:
    """Draws one row for each route, from the events to the last consumer."""
    rows = "".join(_row(n, route) for n, route in enumerate(found))
    longest = max((len(route.stops) for route in found), default=0)
    words = "\n".join(map(_as_text, found))
    width = (longest + 1) * (WIDTH + GAP)
    return Picture(svg(width, len(found) * ROW + 8, rows, "Who listens to the bus"), words)


def _as_text(route: Route) -> str:
    stops = (f"{stop.kind} {stop.name}" for stop in route.stops)
    return " -> ".join([", ".join(route.events), *stops])


def _row(number: int, route: Route) -> str:
    y = number * ROW + 6
    boxes = [_box(0, y, "events", route.events)]
    for n, stop in enumerate(route.stops, 1):
        boxes += [_arrow(n, y), _box(n, y, stop.kind, (stop.name,))]
    return "".join(boxes)


def _box(column: int, y: float, kind: str, lines: Sequence[str]) -> str:
    x, colour, height = column * (WIDTH + GAP) + 2, COLOURS[kind], BOX + 16
    heading = "" if kind == "events" else _text(x, y + 20, kind, ' opacity=".65" font-size="11"')
    first = y + height / 2 - LINE * (len(lines) - 1) / 2 + 5 if kind == "events" else y + 40
    texts = "".join(_text(x, first + LINE * n, line) for n, line in enumerate(lines))
    return (
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{height}" rx="7" fill="{colour}" '
        f'fill-opacity=".13" stroke="{colour}"/>{heading}{texts}'
    )


def _text(x: float, y: float, text: str, more: str = "") -> str:
    short = text if len(text) <= FITS else f"{text[: FITS - 1]}…"
    return f'<text x="{x + 9}" y="{y}"{more}>{escape(short)}</text>'


def _arrow(column: int, y: float) -> str:
    x, middle = column * (WIDTH + GAP), y + (BOX + 16) / 2
    return (
        f'<path d="M{x - GAP + 4} {middle}H{x - 3}m-6 -4l6 4l-6 4" fill="none" '
        f'stroke="currentColor" stroke-width="1.4"/>'
    )

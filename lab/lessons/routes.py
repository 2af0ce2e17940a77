"""Who listens to the event bus: read from what is deployed, and drawn."""

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
    """Something on the way of an event: its kind (rule, topic, queue, function) and its name."""

    kind: str
    name: str


@dataclass(frozen=True)
class Route:
    """What a rule lets through, and where it goes from there."""

    events: tuple[str, ...]
    stops: tuple[Stop, ...]


def routes(target: Target) -> list[Route]:
    """Every way that leads from the bus, by the name of its rule."""
    client, bus = target.client("events"), target.prefix
    found = []
    for rule in client.list_rules(EventBusName=bus)["Rules"]:
        pattern = json.loads(rule["EventPattern"])
        told = tuple(pattern.get("detail-type", ["everything"]))
        aims = client.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus)["Targets"]
        first = Stop("rule", _short(target, rule["Name"]))
        found += [Route(told, (first, *way)) for a in aims for way in _onward(target, a["Arn"])]
    return sorted(found, key=lambda route: route.stops[0].name)


def _onward(target: Target, arn: str) -> Iterator[tuple[Stop, ...]]:
    """The ways from a topic or a queue to whatever reads it last."""
    kind = {"sns": "topic", "sqs": "queue"}.get(arn.split(":")[2], "function")
    stop = Stop(kind, _short(target, arn.rpartition(":")[2]))
    nexts = [way for after in _readers(target, kind, arn) for way in _onward(target, after)]
    if kind == "function":
        nexts = []
    yield from ((stop, *way) for way in nexts or [()])


def _readers(target: Target, kind: str, arn: str) -> list[str]:
    if kind == "topic":
        answer = target.client("sns").list_subscriptions_by_topic(TopicArn=arn)
        return [s["Endpoint"] for s in answer["Subscriptions"] if s["Protocol"] == "sqs"]
    if kind == "queue":
        answer = target.client("lambda").list_event_source_mappings(EventSourceArn=arn)
        return [_function(found) for found in answer["EventSourceMappings"]]
    return []


def _function(mapping: dict[str, Any]) -> str:
    """The function's ARN without its alias."""
    return ":".join(mapping["FunctionArn"].split(":")[:7])


def _short(target: Target, name: str) -> str:
    return name.removeprefix(target.named(""))


def draw(found: Sequence[Route]) -> Picture:
    """One row for each route, from the events on the left to the last reader on the right."""
    rows = "".join(_row(n, route) for n, route in enumerate(found))
    longest = max((len(route.stops) for route in found), default=0)
    words = "\n".join(map(_told, found))
    width = (longest + 1) * (WIDTH + GAP)
    return Picture(svg(width, len(found) * ROW + 8, rows, "Who listens to the bus"), words)


def _told(route: Route) -> str:
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
    told = "".join(_text(x, first + LINE * n, line) for n, line in enumerate(lines))
    return (
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{height}" rx="7" fill="{colour}" '
        f'fill-opacity=".13" stroke="{colour}"/>{heading}{told}'
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

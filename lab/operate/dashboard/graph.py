"""A graph with its legend, as HTML and as text."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import chain, cycle

from lab.console.drawing import plots
from lab.console.drawing.canvas import number
from lab.console.drawing.plots import Times, Track
from lab.console.drawing.shown import AMBER, BLUE, GREEN, GREY, RED, VIOLET
from lab.operate.dashboard.board import Card
from lab.operate.dashboard.series import Series, Window, period_of
from lab.operate.dashboard.widgets import Graph

MORE = ("#3aa6a0", "#c46bb0", "#8c7a3d", "#6a7fdb", "#b5651d", "#5f9e3f", "#c94f7c", "#4f8f8f")
COLOURS = (BLUE, AMBER, VIOLET, GREEN, RED, *MORE, GREY)
COLUMN_PX, ROW_PX, SVG_DPI = 57, 26, 72


def colours(series: Sequence[Series]) -> list[str]:
    """The colour of each series: its own, or the next one that no other series has."""
    own = {one.metric.colour for one in series}
    free = chain([c for c in COLOURS if c not in own], cycle(COLOURS))
    return [one.metric.colour or next(free) for one in series]


def html(card: Card, graph: Graph, window: Window) -> str:
    """The picture (if there is data) with the legend below it."""
    drawn = _picture(card, graph, window) if any(one.points for one in card.series) else ""
    label = escape(as_text(card, graph))
    picture = f'<div class="picture" role="img" aria-label="{label}">{drawn}</div>' if drawn else ""
    return picture + _legend(card, graph)


def as_text(card: Card, graph: Graph) -> str:
    """The graph on one line: each label with its total or its highest value."""
    values = ", ".join(f"{one.metric.label} {one.summary}" for one in card.series)
    return " ".join([f"{graph.title} ({graph.unit}): {values}.", card.note]).strip()


def _picture(card: Card, graph: Graph, window: Window) -> str:
    paired = zip(card.series, colours(card.series), strict=True)
    tracks = [Track(one.metric.label, colour, one.points) for one, colour in paired if one.points]
    times = Times(*window.span(period_of(graph)), period_of(graph))
    marks = [mark.value for mark in graph.marks]
    width = graph.place.width * COLUMN_PX - 40
    size = (width / SVG_DPI, graph.place.height * ROW_PX / SVG_DPI)
    return plots.over_time(tracks, times, marks, graph.stacked, size).svg


def _legend(card: Card, graph: Graph) -> str:
    paired = list(zip(card.series, colours(card.series), strict=True))
    rows = [_row(one.metric.label, one.summary, colour) for one, colour in paired if one.points]
    rows += [_row(mark.label, number(mark.value), RED) for mark in graph.marks]
    rows += [_missing(one.metric.label, one.problem) for one, _ in paired if one.problem]
    absent = [one.metric.label for one in card.series if not one.points and not one.problem]
    rows += [_missing(", ".join(absent), "no data")] if absent else []
    return f'<ul class="legend">{"".join(rows)}</ul>'


def _row(label: str, value: str, colour: str) -> str:
    sign = f'<i style="background:{colour}"></i>'
    return f"<li>{sign}{escape(label)} <b>{escape(value)}</b></li>"


def _missing(labels: str, reason: str) -> str:
    return f'<li class="missing"><b>{escape(reason)}</b>: {escape(labels)}</li>'

"""Draws an execution: its path through the state machine, and a Gantt chart."""

from __future__ import annotations

import json
from functools import cache
from html import escape
from itertools import pairwise

from lab.console import render
from lab.console.drawing.shown import AMBER, BLUE, GREEN, GREY, RED, VIOLET, Picture, svg
from lab.shop import order_views
from lab.shop.execution import Execution, Step, Try
from lab.shop.workflow.layout import HEIGHT, WIDTH, Layout, laid_out
from lab.shop.workflow.states import Definition, Edge, definition

Point = tuple[float, float]
COLOURS = {"ok": GREEN, "caught": AMBER, "failed": RED, "running": BLUE}
CHART = 420.0  # px of the Gantt chart's time axis
NAMES, ROW = 190.0, 26.0
LABEL = 11.5  # px of a state's name, if it fits
BOLD, PLAIN, SMALL = 7.2, 6.4, 6.5  # px of a letter: at LABEL, bold or not, and at 12 px


def workflow(execution: Execution | None = None, machine: Definition | None = None) -> Picture:
    """The state machine, with the path of `execution` in colour.

    Green: succeeded. Violet: compensation. Yellow: failed, and a Catch handled it. Red: failed.
    `machine` is the parsed ASL, by default the checkout's.
    """
    machine = machine or definition()
    layout = _layout(json.dumps(machine))
    steps = execution.steps if execution else ()
    taken = {(a.name, b.name) for a, b in pairwise(steps)}
    visited = {step.name: step for step in steps}
    ways = sorted(layout.ways.items(), key=lambda way: (way[0].source, way[0].target) in taken)
    drawn = [_edge_path(edge, points, (edge.source, edge.target) in taken) for edge, points in ways]
    drawn += [_state(name, at, visited.get(name)) for name, at in layout.places.items()]
    words = "\n".join(["The path through the workflow:", *map(_as_text, steps)])
    label = f"The workflow: {', '.join(visited) or 'no state entered'}"
    return Picture(svg(layout.width, layout.height + 8, "".join(drawn), label), words)


@cache
def _layout(machine: str) -> Layout:
    """To find a layout takes longer than to draw it, and a running order is drawn many times."""
    return laid_out(json.loads(machine))


def _as_text(step: Step) -> str:
    remark = order_views.remark(step).plain
    return f"  {step.name}: {step.outcome}{f' ({remark})' if remark else ''}"


def _colour(step: Step) -> str:
    return (
        VIOLET
        if step.outcome == "ok" and step.name in order_views.COMPENSATIONS
        else COLOURS[step.outcome]
    )


def _edge_path(edge: Edge, points: list[Point], taken: bool) -> str:
    down = points[-1][1] >= points[0][1]
    half = HEIGHT / 2 if down else -HEIGHT / 2
    first, last = points[0], points[-1]
    route = [(first[0], first[1] + half), *points[1:-1], (last[0], last[1] - half)]
    colour, width, opacity = (BLUE, 2.6, 1) if taken else (GREY, 1, 0.45)
    dash = ' stroke-dasharray="4 3"' if edge.kind == "catch" and not taken else ""
    return (
        f'<path d="{_curve(route)}" fill="none" stroke="{colour}" stroke-width="{width}" '
        f'opacity="{opacity}"{dash}/>{_arrow(route[-1], colour, down, opacity)}'
    )


def _curve(route: list[Point]) -> str:
    """A curve through all points that is vertical at each of them."""
    path = f"M{route[0][0]:.0f},{route[0][1]:.0f}"
    for (x1, y1), (x2, y2) in pairwise(route):
        middle = (y1 + y2) / 2
        path += f" C{x1:.0f},{middle:.0f} {x2:.0f},{middle:.0f} {x2:.0f},{y2:.0f}"
    return path


def _arrow(tip: Point, colour: str, down: bool, opacity: float) -> str:
    x, y, back = *tip, -6 if down else 6
    return f'<path d="M{x:.0f},{y:.0f} l-4,{back} l8,0 z" fill="{colour}" opacity="{opacity}"/>'


def _state(name: str, at: Point, step: Step | None) -> str:
    x, y = at[0] - WIDTH / 2, at[1] - HEIGHT / 2
    colour = _colour(step) if step else GREY
    fill = f'fill="{colour}" fill-opacity="{0.22 if step else 0.06}"'
    times = f"{step.retries + 1} tries" if step and step.retries else ""
    weight = ' font-weight="600"' if step else ' opacity="0.75"'
    size = min(LABEL, LABEL * (WIDTH - 8) / ((BOLD if step else PLAIN) * len(name)))
    middle = f'x="{at[0]:.0f}" text-anchor="middle"'
    below = f'<text {middle} y="{at[1] + 11:.0f}" font-size="9.5">{times}</text>' if times else ""
    outcome = step.outcome if step else "none"
    return (
        f'<rect data-state="{escape(name)}" data-outcome="{outcome}" x="{x:.0f}" y="{y:.0f}" '
        f'width="{WIDTH:.0f}" height="{HEIGHT:.0f}" rx="6" {fill} '
        f'stroke="{colour}" stroke-width="{2 if step else 1}"/>'
        f'<text {middle} y="{at[1] + (-1 if times else 4):.0f}" '
        f'font-size="{size:.1f}"{weight}>{escape(name)}</text>{below}'
    )


def gantt(execution: Execution) -> Picture:
    """A Gantt chart of the steps, with their durations and retries.

    A step with retries has a bar for each attempt; thin lines between them are waits.
    """
    rows = [_bar(step, execution, row) for row, step in enumerate(execution.tasks)]
    height = ROW * (len(rows) + 1) + 8
    total = f"all of it: {render.duration(execution.duration)}"
    axis = f'<text x="{NAMES:.0f}" y="{height - 8:.0f}" opacity="0.75">{total}</text>'
    label = f"When each of {len(rows)} steps ran"
    width = max([NAMES + CHART, *(_end(step, execution) for step in execution.tasks)])
    drawn = svg(width + 8, height, "".join(rows) + axis, label)
    return Picture(drawn, f"{render.printed(order_views.timeline_of(execution))}\n{total}")


def _label(step: Step) -> str:
    return f"{render.duration(step.duration)}  {order_views.remark(step).plain}".strip()


def _place(step: Step | Try, execution: Execution) -> tuple[float, float]:
    """The x position and the width of the bar of a step or an attempt, in px."""
    scale = CHART / max(execution.duration, 0.001)
    offset = (step.started - execution.started).total_seconds() if execution.started else 0.0
    return NAMES + offset * scale, max(3.0, step.duration * scale)


def _end(step: Step, execution: Execution) -> float:
    """The x position where the label of a step ends."""
    return sum(_place(step, execution)) + 6 + SMALL * len(_label(step))


def _bar(step: Step, execution: Execution, row: int) -> str:
    (x, width), y = _place(step, execution), row * ROW + 6
    label = escape(_label(step))
    return (
        f'<text x="{NAMES - 10:.0f}" y="{y + 13:.0f}" text-anchor="end">{escape(step.name)}</text>'
        f"{_tries(step, execution, y)}"
        f'<text x="{x + width + 6:.1f}" y="{y + 13:.0f}" font-size="12">{label}</text>'
    )


def _tries(step: Step, execution: Execution, y: float) -> str:
    """The bar of a step, or a bar for each of its attempts."""
    whole = _place(step, execution)
    if len(step.tries) < 2:
        return _rectangle(whole, y, 16, _colour(step))
    bars = [_rectangle(whole, y + 7, 2, GREY)]
    for one in step.tries:
        colour = COLOURS["caught"] if one.failed else _colour(step)
        bars.append(_rectangle(_place(one, execution), y, 16, colour))
    return "".join(bars)


def _rectangle(place: tuple[float, float], y: float, height: float, colour: str) -> str:
    x, width = place
    return (
        f'<rect x="{x:.1f}" y="{y:.0f}" width="{width:.1f}" height="{height:.0f}" rx="3" '
        f'fill="{colour}"/>'
    )

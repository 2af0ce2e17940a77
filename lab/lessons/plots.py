"""Plots of the lessons: durations, outcomes and stock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lab.console.drawing import canvas
from lab.console.drawing.canvas import INK, SIZE
from lab.console.drawing.plots import COLOURS
from lab.console.drawing.shown import AMBER, BLUE, GREEN, GREY, RED, VIOLET, Picture

if TYPE_CHECKING:
    from lab.lessons.crowds import Attempt, Timings
    from lab.lessons.rushes import Note

GOOD = ("CONFIRMED", "True", "sold", "paid", "ok")
BAD = ("FAILED", "False", "oversold")


def histogram(timings: Timings, title: str) -> Picture:
    """A histogram of durations, with p50 and p95 marked."""
    figure, axes = canvas.figure(title)
    axes.hist(timings.ms, bins=min(30, max(5, len(timings.ms) // 2)), color=BLUE)
    for name, value, colour in (("p50", timings.p50, GREEN), ("p95", timings.p95, RED)):
        axes.axvline(value, color=colour, label=f"{name} {value:.0f} ms")
    axes.set(xlabel="milliseconds", ylabel="calls")
    canvas.legend(axes, 2)
    return canvas.picture(figure, title, (timings.text(),))


def stock(seen: Mapping[str, Sequence[tuple[float, int]]], title: str) -> Picture:
    """Stock as steps over time, with a line at zero."""
    figure, axes = canvas.figure(title)
    for colour, (sku, points) in zip(COLOURS * len(seen), seen.items(), strict=False):
        axes.step(*zip(*points, strict=True), where="post", color=colour, label=sku)
    lowest = min((pieces for points in seen.values() for _, pieces in points), default=0)
    axes.axhline(0, color=RED if lowest < 0 else GREY, linewidth=1)
    axes.set(xlabel="seconds", ylabel="pieces")
    axes.locator_params(axis="y", integer=True)
    canvas.legend(axes, len(seen))
    text = (f"{sku}: from {p[0][1]} to {p[-1][1]} pieces" for sku, p in seen.items())
    return canvas.picture(figure, title, text)


def race(attempts: Sequence[Attempt], title: str) -> Picture:
    """A bar for each buyer over time, coloured by outcome."""
    figure, axes = canvas.figure(title, (SIZE[0], max(2.0, 0.8 + 0.16 * len(attempts))))
    names = list(dict.fromkeys(attempt.outcome for attempt in attempts))
    colours = outcome_colours(names)
    for name in names:
        own = [attempt for attempt in attempts if attempt.outcome == name]
        axes.barh(
            [a.buyer for a in own],
            [max(a.ended - a.began, 0.001) for a in own],
            left=[a.began for a in own],
            color=colours[name],
            label=f"{name}: {len(own)}",
        )
    axes.set(xlabel="seconds", ylabel="buyer")
    axes.invert_yaxis()
    axes.legend(labelcolor=INK, frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    text = (f"{name}: {sum(a.outcome == name for a in attempts)} buyers" for name in names)
    return canvas.picture(figure, title, text)


def rush(notes: Sequence[Note], pieces: int, title: str) -> Picture:
    """Above, the reads and writes of each buyer; below, the stock over time."""
    buyers = list(dict.fromkeys(note.buyer for note in notes))
    figure, (above, below) = canvas.panels(
        title, (SIZE[0], 2.6 + 0.2 * len(buyers)), (len(buyers), 8)
    )
    for row, buyer in enumerate(buyers):
        _draw_buyer(above, row, [note for note in notes if note.buyer == buyer])
    above.set(ylabel="buyer, by who came first")
    above.set_yticks([])
    above.invert_yaxis()
    at, left = _levels(notes, pieces)
    below.step(at, left, where="post", color=BLUE)
    below.fill_between(at, left, 0, where=[n < 0 for n in left], step="post", color=RED, alpha=0.4)
    below.axhline(0, color=RED if min(left) < 0 else GREY, linewidth=1)
    below.set(xlabel="seconds", ylabel="pieces left")
    text = (f"{n.at:.3f} s: buyer {n.buyer} {n.kind} {n.pieces}".rstrip() for n in notes)
    return canvas.picture(figure, title, text)


def _levels(notes: Sequence[Note], pieces: int) -> tuple[list[float], list[int]]:
    """The stock over time, after each write.

    Responses may overtake each other. If all writes left different numbers, these give the order,
    because stock only falls; otherwise the order is that of the responses.
    """
    wrote = [note for note in notes if note.kind == "wrote"]
    left = [int(note.pieces) for note in wrote]
    if len(set(left)) == len(left):
        left.sort(reverse=True)
    end = max((note.at for note in notes), default=0.0)
    return [0.0, *(note.at for note in wrote), end], [pieces, *left, (left or [pieces])[-1]]


def _draw_buyer(axes: Any, row: int, notes: Sequence[Note]) -> None:
    """Draws the buyer's time as a line, its reads as numbers, and its writes as marks."""
    axes.plot([notes[0].at, notes[-1].at], [row, row], color=GREY, linewidth=1, zorder=1)
    for note in notes:
        if note.kind == "saw":
            where = {
                "xytext": (-3, 0),
                "textcoords": "offset points",
                "ha": "right",
                "va": "center",
            }
            axes.annotate(str(note.pieces), (note.at, row), color=INK, fontsize=8, **where)
        else:
            good = note.kind == "wrote"
            mark = {"color": GREEN, "marker": "s"} if good else {"color": AMBER, "marker": "x"}
            axes.scatter([note.at], [row], s=26, zorder=2, **mark)


def outcome_colours(names: Sequence[str]) -> dict[str, str]:
    """Green for successes, red for failures, and one colour for each other outcome."""
    fixed = {**dict.fromkeys(GOOD, GREEN), **dict.fromkeys(BAD, RED)}
    free = iter((AMBER, BLUE, VIOLET, GREY) * len(names))
    return {name: fixed.get(name) or next(free) for name in names}


def moments(lanes: Mapping[str, Sequence[float]], title: str) -> Picture:
    """A lane for each name, with a dot for each moment (milliseconds)."""
    figure, axes = canvas.figure(title, (SIZE[0], 0.9 + 0.34 * len(lanes)))
    for name, times in lanes.items():
        axes.plot(times, [name] * len(times), "o-", color=BLUE, linewidth=1)
    axes.invert_yaxis()
    axes.margins(y=0.15)
    axes.set(xlabel="milliseconds")
    text = (f"{name}: {', '.join(f'{t:.0f}' for t in times)} ms" for name, times in lanes.items())
    return canvas.picture(figure, title, text)

"""Plots with matplotlib, as SVG in the page's own text colour: readable in light and dark."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor, log10, nan
from typing import TYPE_CHECKING, Any

from lab.lessons.shown import AMBER, BLUE, GREEN, GREY, RED, VIOLET, Picture

if TYPE_CHECKING:
    from lab.lessons.crowds import Attempt, Timings
    from lab.lessons.rushes import Note

INK = "#010203"  # stands for the page's own text colour
COLOURS = (BLUE, AMBER, VIOLET, GREEN, RED, GREY)
GOOD = ("CONFIRMED", "True", "sold", "paid", "ok")
BAD = ("FAILED", "False", "oversold")
SIZE = (7.2, 3.2)


def bars(values: Mapping[str, float], unit: str = "", title: str = "") -> Picture:
    """Bars side by side, each with its value; for costs and counts."""
    figure, axes = _figure(title, (SIZE[0], 0.6 + 0.42 * len(values)))
    drawn = axes.barh(list(values), list(values.values()), color=BLUE)
    axes.bar_label(drawn, [f"{number(v)} {unit}" for v in values.values()], padding=4, color=INK)
    axes.invert_yaxis()
    axes.margins(x=0.25)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    told = (f"{name}: {number(value)} {unit}".rstrip() for name, value in values.items())
    return _picture(figure, title, told)


def lines(
    series: Mapping[str, Sequence[tuple[float, float]]], x: str, y: str, title: str = ""
) -> Picture:
    """One line for each series of (x, y) points, with the names of the axes."""
    figure, axes = _figure(title)
    for colour, (name, points) in zip(COLOURS * len(series), series.items(), strict=False):
        axes.plot(*zip(*points, strict=True), marker="o", color=colour, label=name)
    axes.set(xlabel=x, ylabel=y)
    axes.set_ylim(bottom=0)
    _legend(axes, len(series))
    told = (f"{name}: {_points(points)}" for name, points in series.items())
    return _picture(figure, f"{title} ({y} by {x})", told)


def histogram(timings: Timings, title: str) -> Picture:
    """How often a call took how long, with p50 and p95 marked."""
    figure, axes = _figure(title)
    axes.hist(timings.ms, bins=min(30, max(5, len(timings.ms) // 2)), color=BLUE)
    for name, value, colour in (("p50", timings.p50, GREEN), ("p95", timings.p95, RED)):
        axes.axvline(value, color=colour, label=f"{name} {value:.0f} ms")
    axes.set(xlabel="milliseconds", ylabel="calls")
    _legend(axes, 2)
    return _picture(figure, title, (timings.text(),))


def stock(seen: Mapping[str, Sequence[tuple[float, int]]], title: str) -> Picture:
    """Stock as steps over time, with a line at zero."""
    figure, axes = _figure(title)
    for colour, (sku, points) in zip(COLOURS * len(seen), seen.items(), strict=False):
        axes.step(*zip(*points, strict=True), where="post", color=colour, label=sku)
    lowest = min((pieces for points in seen.values() for _, pieces in points), default=0)
    axes.axhline(0, color=RED if lowest < 0 else GREY, linewidth=1)
    axes.set(xlabel="seconds", ylabel="pieces")
    axes.locator_params(axis="y", integer=True)
    _legend(axes, len(seen))
    told = (f"{sku}: from {p[0][1]} to {p[-1][1]} pieces" for sku, p in seen.items())
    return _picture(figure, title, told)


def race(attempts: Sequence[Attempt], title: str) -> Picture:
    """A bar for each buyer over time, coloured by what became of it."""
    figure, axes = _figure(title, (SIZE[0], max(2.0, 0.8 + 0.16 * len(attempts))))
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
    told = (f"{name}: {sum(a.outcome == name for a in attempts)} buyers" for name in names)
    return _picture(figure, title, told)


def rush(notes: Sequence[Note], pieces: int, title: str) -> Picture:
    """Above, what each buyer saw and when it wrote; below, what that did to the stock."""
    buyers = list(dict.fromkeys(note.buyer for note in notes))
    figure, (above, below) = _panels(title, (SIZE[0], 2.6 + 0.2 * len(buyers)), (len(buyers), 8))
    for row, buyer in enumerate(buyers):
        _one_buyer(above, row, [note for note in notes if note.buyer == buyer])
    above.set(ylabel="buyer, by who came first")
    above.set_yticks([])
    above.invert_yaxis()
    at, left = _levels(notes, pieces)
    below.step(at, left, where="post", color=BLUE)
    below.fill_between(at, left, 0, where=[n < 0 for n in left], step="post", color=RED, alpha=0.4)
    below.axhline(0, color=RED if min(left) < 0 else GREY, linewidth=1)
    below.set(xlabel="seconds", ylabel="pieces left")
    told = (f"{n.at:.3f} s: buyer {n.buyer} {n.kind} {n.pieces}".rstrip() for n in notes)
    return _picture(figure, title, told)


def _levels(notes: Sequence[Note], pieces: int) -> tuple[list[float], list[int]]:
    """The stock over time, as the writes left it.

    Answers overtake each other on their way back. Writes that all left different numbers tell
    their own order, for nobody puts pieces back; others stand in the order of their answers.
    """
    wrote = [note for note in notes if note.kind == "wrote"]
    left = [int(note.pieces) for note in wrote]
    if len(set(left)) == len(left):
        left.sort(reverse=True)
    end = max((note.at for note in notes), default=0.0)
    return [0.0, *(note.at for note in wrote), end], [pieces, *left, (left or [pieces])[-1]]


def _one_buyer(axes: Any, row: int, notes: Sequence[Note]) -> None:
    """The buyer's time as a line, what it saw as a number, and its writes as marks."""
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
    """Green for what is good, red for what is bad, and one colour for each of the others."""
    fixed = {**dict.fromkeys(GOOD, GREEN), **dict.fromkeys(BAD, RED)}
    free = iter((AMBER, BLUE, VIOLET, GREY) * len(names))
    return {name: fixed.get(name) or next(free) for name in names}


def _figure(title: str, size: tuple[float, float] = SIZE) -> tuple[Any, Any]:
    """A figure that belongs to no window and to no global state: notebooks would draw it twice."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, color=INK, fontsize=11, loc="left")
    _dress(axes)
    return figure, axes


def _panels(
    title: str, size: tuple[float, float], heights: Sequence[float]
) -> tuple[Any, Sequence[Any]]:
    """Plots on top of each other with one time axis, as high as `heights` say of each other."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
    axes[0].set_title(title, color=INK, fontsize=11, loc="left")
    for one in axes:
        _dress(one)
    return figure, axes


def _dress(axes: Any) -> None:
    axes.tick_params(colors=INK)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    for side, spine in axes.spines.items():
        spine.set_color(GREY)
        spine.set_visible(side in {"left", "bottom"})


def _legend(axes: Any, series: int) -> None:
    """Beside the plot, where it hides nothing of it."""
    if series > 1:
        axes.legend(labelcolor=INK, frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))


def _picture(figure: Any, title: str, told: Any) -> Picture:
    import matplotlib as mpl

    drawn = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "font.family": "sans-serif"}):
        figure.savefig(drawn, format="svg", transparent=True)
    text = drawn.getvalue()
    return Picture(
        text[text.index("<svg") :].replace(INK, "currentColor"), "\n".join([title, *told])
    )


def number(value: float) -> str:
    """At most three digits that matter, and never an exponent."""
    if float(value).is_integer() or abs(value) >= 100:
        return f"{value:,.0f}"
    digits = 2 - floor(log10(abs(value)))
    return f"{value:,.{digits}f}".rstrip("0").rstrip(".")


def _points(points: Sequence[tuple[float, float]]) -> str:
    return ", ".join(f"{number(x)}: {number(y)}" for x, y in points)


def moments(lanes: Mapping[str, Sequence[float]], title: str) -> Picture:
    """A lane for each name, with a dot for each moment (milliseconds)."""
    figure, axes = _figure(title, (SIZE[0], 0.9 + 0.34 * len(lanes)))
    for name, times in lanes.items():
        axes.plot(times, [name] * len(times), "o-", color=BLUE, linewidth=1)
    axes.invert_yaxis()
    axes.margins(y=0.15)
    axes.set(xlabel="milliseconds")
    told = (f"{name}: {', '.join(f'{t:.0f}' for t in times)} ms" for name, times in lanes.items())
    return _picture(figure, title, told)


@dataclass(frozen=True)
class Track:
    """Values in time, each for the period that begins there."""

    name: str
    colour: str
    points: Sequence[tuple[datetime, float]]


@dataclass(frozen=True)
class Times:
    """What the time axis shows: from when to when, and how long a period is."""

    begin: datetime
    end: datetime
    period_s: int

    @property
    def periods(self) -> list[datetime]:
        """When each period begins."""
        count = round((self.end - self.begin).total_seconds() / self.period_s)
        return [self.begin + number * timedelta(seconds=self.period_s) for number in range(count)]


def over_time(
    tracks: Sequence[Track],
    times: Times,
    marks: Sequence[float] = (),
    stacked: bool = False,
    size: tuple[float, float] = SIZE,
) -> Picture:
    """Values in time, with red lines at `marks`; no title and no legend. `size` is in inches.

    A line has a gap where nothing was measured. Stacked values are bars, as wide as a period.
    """
    figure, axes = _figure("", size)
    (_stack if stacked else _trace)(axes, tracks, times.periods)
    for value in marks:
        axes.axhline(value, color=RED, linewidth=1, linestyle="--")
    _time_axis(axes, times)
    axes.set_ylim(bottom=0)
    whole = all(value.is_integer() for track in tracks for _, value in track.points)
    axes.locator_params(axis="y", nbins=4, integer=whole)
    axes.grid(axis="y", color=GREY, alpha=0.25)
    told = (f"{track.name}: {', '.join(number(v) for _, v in track.points)}" for track in tracks)
    return _picture(figure, "", told)


def _trace(axes: Any, tracks: Sequence[Track], periods: Sequence[datetime]) -> None:
    for below, track in zip(reversed(range(len(tracks))), tracks, strict=True):
        values = dict(track.points)
        drawn = [values.get(at, nan) for at in periods]
        # What is drawn first is larger: it shows where a later one lies upon it.
        size = min(3 + 2 * below, 7)
        axes.plot(periods, drawn, "o-", color=track.colour, linewidth=1.4, markersize=size)


def _stack(axes: Any, tracks: Sequence[Track], periods: Sequence[datetime]) -> None:
    bottom = [0.0] * len(periods)
    width = periods[1] - periods[0] if len(periods) > 1 else timedelta(hours=1)
    for track in tracks:
        values = dict(track.points)
        heights = [values.get(at, 0.0) for at in periods]
        axes.bar(periods, heights, width, bottom, align="edge", color=track.colour)
        bottom = [below + height for below, height in zip(bottom, heights, strict=True)]


def _time_axis(axes: Any, times: Times) -> None:
    """In the reader's own time zone."""
    from matplotlib import dates

    untyped: Any = dates
    zone = datetime.now().astimezone().tzinfo
    locator = untyped.AutoDateLocator(tz=zone, maxticks=6)
    formatter = untyped.ConciseDateFormatter(locator, tz=zone, show_offset=False)
    axes.set_xlim(times.begin, times.end)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(formatter)
    axes.tick_params(labelsize=9)

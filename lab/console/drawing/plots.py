"""Plots of numbers: bars, lines, and values in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import nan
from typing import Any

from lab.console.drawing import canvas
from lab.console.drawing.canvas import INK, SIZE, number
from lab.console.drawing.shown import AMBER, BLUE, GREEN, GREY, RED, VIOLET, Picture

COLOURS = (BLUE, AMBER, VIOLET, GREEN, RED, GREY)


def bars(values: Mapping[str, float], unit: str = "", title: str = "") -> Picture:
    """Horizontal bars, each labelled with its value; for costs and counts."""
    figure, axes = canvas.figure(title, (SIZE[0], 0.6 + 0.42 * len(values)))
    drawn = axes.barh(list(values), list(values.values()), color=BLUE)
    axes.bar_label(drawn, [f"{number(v)} {unit}" for v in values.values()], padding=4, color=INK)
    axes.invert_yaxis()
    axes.margins(x=0.25)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    text = (f"{name}: {number(value)} {unit}".rstrip() for name, value in values.items())
    return canvas.picture(figure, title, text)


def lines(
    series: Mapping[str, Sequence[tuple[float, float]]], x: str, y: str, title: str = ""
) -> Picture:
    """One line for each series of (x, y) points; `x` and `y` label the axes."""
    figure, axes = canvas.figure(title)
    for colour, (name, points) in zip(COLOURS * len(series), series.items(), strict=False):
        axes.plot(*zip(*points, strict=True), marker="o", color=colour, label=name)
    axes.set(xlabel=x, ylabel=y)
    axes.set_ylim(bottom=0)
    canvas.legend(axes, len(series))
    text = (f"{name}: {_points(points)}" for name, points in series.items())
    return canvas.picture(figure, f"{title} ({y} by {x})", text)


def _points(points: Sequence[tuple[float, float]]) -> str:
    return ", ".join(f"{number(x)}: {number(y)}" for x, y in points)


@dataclass(frozen=True)
class Track:
    """A named time series: (begin of a period, value of that period)."""

    name: str
    colour: str
    points: Sequence[tuple[datetime, float]]


@dataclass(frozen=True)
class Times:
    """The range of the time axis, and the length of a period in seconds."""

    begin: datetime
    end: datetime
    period_s: int

    @property
    def periods(self) -> list[datetime]:
        """When each period begins."""
        count = round((self.end - self.begin).total_seconds() / self.period_s)
        return [self.begin + period * timedelta(seconds=self.period_s) for period in range(count)]


def over_time(
    tracks: Sequence[Track],
    times: Times,
    marks: Sequence[float] = (),
    stacked: bool = False,
    size: tuple[float, float] = SIZE,
) -> Picture:
    """Time series with red lines at `marks`, without title and legend. `size` is in inches.

    A line has a gap where nothing was measured. Stacked series are bars, one for each period.
    """
    figure, axes = canvas.figure("", size)
    (_stack if stacked else _trace)(axes, tracks, times.periods)
    for value in marks:
        axes.axhline(value, color=RED, linewidth=1, linestyle="--")
    _time_axis(axes, times)
    axes.set_ylim(bottom=0)
    whole = all(value.is_integer() for track in tracks for _, value in track.points)
    axes.locator_params(axis="y", nbins=4, integer=whole)
    axes.grid(axis="y", color=GREY, alpha=0.25)
    text = (f"{track.name}: {', '.join(number(v) for _, v in track.points)}" for track in tracks)
    return canvas.picture(figure, "", text)


def _trace(axes: Any, tracks: Sequence[Track], periods: Sequence[datetime]) -> None:
    for below, track in zip(reversed(range(len(tracks))), tracks, strict=True):
        values = dict(track.points)
        drawn = [values.get(at, nan) for at in periods]
        # Earlier tracks have larger markers, which stay visible below those of later ones.
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
    """Labels the time axis in the local time zone."""
    from matplotlib import dates

    untyped: Any = dates
    zone = datetime.now().astimezone().tzinfo
    locator = untyped.AutoDateLocator(tz=zone, maxticks=6)
    formatter = untyped.ConciseDateFormatter(locator, tz=zone, show_offset=False)
    axes.set_xlim(times.begin, times.end)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(formatter)
    axes.tick_params(labelsize=9)

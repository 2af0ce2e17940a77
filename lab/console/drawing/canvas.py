"""Plots as SVG, made with matplotlib, in the page's text colour: for light and dark pages."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from math import floor, log10
from typing import Any

from lab.console.drawing.shown import GREY, Picture

INK = "#010203"  # stands for the page's own text colour
SIZE = (7.2, 3.2)


def figure(title: str, size: tuple[float, float] = SIZE) -> tuple[Any, Any]:
    """A figure and its axes; `size` is (width, height) in inches."""
    drawn, (axes,) = panels(title, size, (1,))
    return drawn, axes


def panels(
    title: str, size: tuple[float, float], heights: Sequence[float]
) -> tuple[Any, Sequence[Any]]:
    """A figure with one plot above the other, sharing the x axis; `heights` are relative.

    Does not use pyplot: its global state would make notebooks draw the figure twice.
    """
    from matplotlib.figure import Figure

    drawn = Figure(figsize=size, layout="constrained")
    stacked = drawn.subplots(len(heights), 1, sharex=True, height_ratios=heights, squeeze=False)
    axes = list(stacked[:, 0])
    axes[0].set_title(title, color=INK, fontsize=11, loc="left")
    for plot in axes:
        _style_axes(plot)
    return drawn, axes


def _style_axes(axes: Any) -> None:
    axes.tick_params(colors=INK)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    for side, spine in axes.spines.items():
        spine.set_color(GREY)
        spine.set_visible(side in {"left", "bottom"})


def legend(axes: Any, series: int) -> None:
    """Puts a legend beside the plot if it has more than one series."""
    if series > 1:
        axes.legend(labelcolor=INK, frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))


def picture(figure: Any, title: str, lines: Iterable[str]) -> Picture:
    """The figure as SVG; its text is the title and `lines`."""
    import matplotlib as mpl

    drawn = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "font.family": "sans-serif"}):
        figure.savefig(drawn, format="svg", transparent=True)
    text = drawn.getvalue()
    return Picture(
        text[text.index("<svg") :].replace(INK, "currentColor"), "\n".join([title, *lines])
    )


def number(value: float) -> str:
    """Formats a number with at most three significant digits, never with an exponent."""
    if float(value).is_integer() or abs(value) >= 100:
        return f"{value:,.0f}"
    digits = 2 - floor(log10(abs(value)))
    return f"{value:,.{digits}f}".rstrip("0").rstrip(".")

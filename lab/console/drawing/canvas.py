"""How plots look: SVG by matplotlib in the page's own text colour, readable in light and dark."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from math import floor, log10
from typing import Any

from lab.console.drawing.shown import GREY, Picture

INK = "#010203"  # stands for the page's own text colour
SIZE = (7.2, 3.2)


def figure(title: str, size: tuple[float, float] = SIZE) -> tuple[Any, Any]:
    """A figure with its axes; `size` is in inches."""
    drawn, (axes,) = panels(title, size, (1,))
    return drawn, axes


def panels(
    title: str, size: tuple[float, float], heights: Sequence[float]
) -> tuple[Any, Sequence[Any]]:
    """Plots on top of each other with one x axis, as high as `heights` say of each other.

    The figure belongs to no window and to no global state: notebooks would draw it twice.
    """
    from matplotlib.figure import Figure

    drawn = Figure(figsize=size, layout="constrained")
    stacked = drawn.subplots(len(heights), 1, sharex=True, height_ratios=heights, squeeze=False)
    axes = list(stacked[:, 0])
    axes[0].set_title(title, color=INK, fontsize=11, loc="left")
    for one in axes:
        _dress(one)
    return drawn, axes


def _dress(axes: Any) -> None:
    axes.tick_params(colors=INK)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    for side, spine in axes.spines.items():
        spine.set_color(GREY)
        spine.set_visible(side in {"left", "bottom"})


def legend(axes: Any, series: int) -> None:
    """Beside the plot, where it hides nothing of it."""
    if series > 1:
        axes.legend(labelcolor=INK, frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))


def picture(figure: Any, title: str, told: Iterable[str]) -> Picture:
    """The figure as SVG, and in words: its title and the lines of `told`."""
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

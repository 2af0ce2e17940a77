"""Output of notebooks: HTML where the front end supports it, otherwise plain text."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

# Mid-tones, readable on white and on black. Everything else takes the page's text colour.
GREEN = "#2e9e5b"
RED = "#d6455d"
AMBER = "#d18b00"
BLUE = "#3b8ac4"
VIOLET = "#9566c9"
GREY = "#8a8f98"
MONOSPACE = (
    "font-family:var(--jp-code-font-family,monospace);font-size:var(--jp-code-font-size,13px);"
    "line-height:1.35;margin:.4em 0;background:none;white-space:pre;overflow-x:auto"
)


class Shown(ABC):
    """Base class of everything that a notebook displays. Subclasses define `html` and `text`."""

    @abstractmethod
    def html(self) -> str:
        """The picture, table or box, as HTML that takes the page's own text colour."""

    @abstractmethod
    def text(self) -> str:
        """The same in plain text, for a terminal or a front end without HTML."""

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.text()}

    def __repr__(self) -> str:
        return self.text()


FLUID = ' style="max-width:100%;height:auto"'


@dataclass(frozen=True, repr=False)
class Picture(Shown):
    """An SVG drawing, and its content as text."""

    svg: str
    words: str

    @property
    def bare(self) -> str:
        """The drawing for a page whose Content-Security-Policy allows no styles in elements."""
        return self.svg.replace(FLUID, "", 1)

    def html(self) -> str:
        """The drawing; it scrolls if the page is too narrow."""
        return f'<div style="overflow-x:auto">{self.svg}</div>'

    def text(self) -> str:
        """The content as text."""
        return self.words

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, str]:
        return {**super()._repr_mimebundle_(), "image/svg+xml": self.svg}


@dataclass(frozen=True, repr=False)
class Box(Shown):
    """A framed message: a bold title, and lines below it."""

    title: str
    lines: Sequence[str] = ()
    colour: str = BLUE

    def html(self) -> str:
        """The message with a frame in `colour`."""
        below = "".join(f"<div>{escape(line)}</div>" for line in self.lines if line)
        style = (
            f"border-left:5px solid {self.colour};background:{self.colour}1c;"
            "padding:.5em .9em;margin:.3em 0;border-radius:4px;white-space:pre-wrap"
        )
        return f'<div style="{style}"><b>{escape(self.title)}</b>{below}</div>'

    def text(self) -> str:
        """The title, and the lines indented."""
        return "\n".join([self.title, *(f"  {line}" for line in self.lines if line)])


def show(what: Shown) -> None:
    """Displays `what` below the running cell; outside a notebook, prints its text."""
    ipython = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        ipython.display.display(what)
    else:
        print(what.text())  # noqa: T201


def typed(lines: str) -> str:
    """HTML in a monospaced font, so that columns align; long lines scroll.

    The style is inline because pages made by nbconvert give `pre` a proportional font.
    """
    return f'<pre style="{MONOSPACE}">{lines}</pre>'


def svg(width: float, height: float, body: str, label: str) -> str:
    """An SVG document in the page's text colour; `label` is read by screen readers."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}"{FLUID} role="img" '
        f'aria-label="{escape(label)}" fill="currentColor" font-size="13" '
        f'font-family="system-ui, sans-serif">{body}</svg>'
    )

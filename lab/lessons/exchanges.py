"""Draws sequence diagrams of two computers, with lost and late messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from lab.console.drawing.shown import BLUE, GREEN, GREY, RED, Picture, svg

PANEL, LEFT, RIGHT = (
    370.0,
    40.0,
    230.0,
)  # px: the width of a diagram, and the positions of its two lifelines
TOP, ROW = 58.0, 44.0
LOST_AT = 0.62  # of its path, where a lost message ends


@dataclass(frozen=True)
class Word:
    """A message: lost, or arriving `late` rows further down.

    `then` describes its effect at the receiver.
    """

    text: str
    answers: bool = False
    lost: bool = False
    late: int = 0
    then: str = ""


def asks(text: str, *, lost: bool = False, late: int = 0, then: str = "") -> Word:
    """A request from the first to the second."""
    return Word(text, lost=lost, late=late, then=then)


def answers(text: str, *, lost: bool = False) -> Word:
    """A response from the second to the first."""
    return Word(text, answers=True, lost=lost)


def exchange(names: tuple[str, str], stories: dict[str, Sequence[Word]]) -> Picture:
    """Diagrams side by side, each with its title; time runs downwards."""
    rows = max(row + word.late for words in stories.values() for row, word in enumerate(words))
    height = TOP + (rows + 1) * ROW + 8
    panels = [
        f'<g transform="translate({number * PANEL:.0f},0)">'
        f"{_story(names, title, words, height)}</g>"
        for number, (title, words) in enumerate(stories.items())
    ]
    text = "\n".join(_as_text(names, title, words) for title, words in stories.items())
    label = f"What {' and '.join(names)} say to each other"
    return Picture(svg(PANEL * len(stories), height, "".join(panels), label), text)


def _as_text(names: tuple[str, str], title: str, words: Sequence[Word]) -> str:
    return "\n".join([f"{title}:", *(f"  {_line(names, word)}" for word in words)])


def _line(names: tuple[str, str], word: Word) -> str:
    first, second = reversed(names) if word.answers else names
    result = "lost" if word.lost else "arrives late" if word.late else "arrives"
    return f"{first} → {second}: {word.text} ({result}{f'; {word.then}' if word.then else ''})"


def _story(names: tuple[str, str], title: str, words: Sequence[Word], height: float) -> str:
    lines = [_lifeline(name, x, height) for name, x in zip(names, (LEFT, RIGHT), strict=True)]
    drawn = [
        _message(word, TOP + row * ROW, any(earlier.late for earlier in words[:row]))
        for row, word in enumerate(words)
    ]
    head = f'<text x="0" y="15" font-weight="600">{escape(title)}</text>'
    return head + "".join(lines + drawn)


def _lifeline(name: str, x: float, height: float) -> str:
    return (
        f'<text x="{x:.0f}" y="38" text-anchor="middle">{escape(name)}</text>'
        f'<path d="M{x:.0f},46 V{height - 4:.0f}" stroke="{GREY}" stroke-dasharray="2 3"/>'
    )


def _message(word: Word, y: float, crossed: bool) -> str:
    """Draws a message. If an earlier one crosses it, its text is below the line."""
    start, end = (RIGHT, LEFT) if word.answers else (LEFT, RIGHT)
    reach = LOST_AT if word.lost else 1.0
    x, below = start + (end - start) * reach, y + 12 + word.late * ROW
    colour = RED if word.lost else GREEN if word.answers else BLUE
    tip = _cross(x, below) if word.lost else _arrow(x, below, colour, word.answers)
    return (
        f'<path d="M{start:.0f},{y + 6:.0f} L{x:.0f},{below:.0f}" stroke="{colour}" '
        f'stroke-width="2" fill="none"/>{tip}'
        f'<text x="{start + (-10 if word.answers else 10):.0f}" '
        f'y="{y + (24 if crossed else 0):.0f}" font-size="12" '
        f'text-anchor="{"end" if word.answers else "start"}">{escape(word.text)}</text>'
        f'<text x="{RIGHT + 10:.0f}" y="{below + 4:.0f}" font-size="12" '
        f'font-weight="600">{escape(word.then)}</text>'
    )


def _arrow(x: float, y: float, colour: str, leftwards: bool) -> str:
    back = 8 if leftwards else -8
    return f'<path d="M{x:.0f},{y:.0f} l{back},-5 v10 z" fill="{colour}"/>'


def _cross(x: float, y: float) -> str:
    return (
        f'<path d="M{x - 5:.0f},{y - 5:.0f} l10,10 m0,-10 l-10,10" stroke="{RED}" '
        f'stroke-width="2.5"/>'
    )

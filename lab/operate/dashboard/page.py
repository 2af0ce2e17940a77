"""The dashboard as one self-contained web page without scripts."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path
from string import Template

from markdown_it import MarkdownIt

from lab.console import render
from lab.core import naming, paths
from lab.operate.dashboard import graph
from lab.operate.dashboard.board import Board, Card
from lab.operate.dashboard.errors import Error
from lab.operate.dashboard.series import Window
from lab.operate.dashboard.widgets import Graph, LogTable, Place, Text, Unknown
from lab.shop.alarms import Alarm
from lab.shop.logs import readable

HERE = Path(__file__).parent
PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>$name</title>
<style>$style</style>
<p class="subtitle">$subtitle</p>
<main class="board">
$cards
</main>
</html>
""")
NO_ERRORS = "No function wrote an error in this time."
LOGS_NOTE = "The last errors of these functions; on AWS, Logs Insights runs the query itself."


def write(board: Board, file: Path | None = None) -> Path:
    """Writes the page, by default to `.lab/NAME.html`, and returns its path."""
    short = board.name.removeprefix(f"{naming.shop().name}-")
    path = file or paths.home() / f"dashboard-{short}.html"
    path.write_text(html(board), encoding="utf-8")
    return path


def html(board: Board) -> str:
    """The page as HTML."""
    at = render.moment(board.window.end)
    subtitle = f"{board.place}, the last {board.window.minutes} minutes until {at} ({_zone(board)})"
    drawn = "\n".join(_card_section(card, board.window) for card in board.cards)
    name = escape(board.name)
    return PAGE.substitute(
        name=name, style=style("page") + style("card"), subtitle=escape(subtitle), cards=drawn
    )


def style(name: str) -> str:
    """A style sheet: `card` or `page`."""
    return (HERE / f"{name}.css").read_text(encoding="utf-8")


def card_html(card: Card, window: Window) -> str:
    """The content of a card: its title, and its data."""
    title = f"<h3>{escape(card.widget.title)}{_unit(card)}</h3>" if card.widget.title else ""
    note = f'<p class="note">{escape(card.note)}</p>' if card.note else ""
    return title + _content(card, window) + note


def _zone(board: Board) -> str:
    return board.window.end.astimezone().tzname() or "UTC"


def _card_section(card: Card, window: Window) -> str:
    kind = type(card.widget).__name__.lower()
    where = _grid(card.widget.place)
    return f'<section class="lab-card {kind}" style="{where}">{card_html(card, window)}</section>'


def _grid(place: Place) -> str:
    across = f"grid-column:{place.x + 1}/span {place.width}"
    return f"{across};grid-row:{place.y + 1}/span {place.height}"


def _unit(card: Card) -> str:
    if not isinstance(card.widget, Graph) or not card.widget.unit:
        return ""
    return f" <small>{escape(card.widget.unit)}</small>"


def _content(card: Card, window: Window) -> str:
    match card.widget:
        case Text(markdown=markdown):
            return str(MarkdownIt("commonmark", {"html": False}).render(markdown))
        case Graph() as drawn:
            return graph.html(card, drawn, window)
        case LogTable():
            return _errors(card.errors)
        case Unknown(kind=kind):
            return f'<p class="note">Not drawn: a widget of the kind {escape(kind)}.</p>'
    return f'<ul class="alarms">{"".join(map(_alarm, card.alarms))}</ul>'


def _alarm(alarm: Alarm) -> str:
    state = alarm.state.lower().replace("_", "-")
    tooltip = f"{alarm.state} since {render.moment(alarm.since)}. {alarm.meaning} {alarm.runbook}"
    state_note = "" if alarm.state == "OK" else f" <small>{alarm.state}</small>"
    return f'<li class="{state}" title="{escape(tooltip)}">{escape(alarm.name)}{state_note}</li>'


def _errors(errors: Iterable[Error]) -> str:
    rows = "".join(
        f"<tr><td>{render.moment(one.at)}</td><td>{escape(one.function)}</td>"
        f"<td>{_message(readable(one.message))}</td></tr>"
        for one in errors
    )
    if not rows:
        return f'<p class="note">{NO_ERRORS}</p>'
    return f'<table>{rows}</table><p class="note">{LOGS_NOTE}</p>'


def _message(text: str) -> str:
    """The first line of a message; a traceback is collapsed."""
    first, _, rest = text.partition("\n")
    if not rest:
        return escape(first)
    return f"<details><summary>{escape(first)}</summary><pre>{escape(rest)}</pre></details>"

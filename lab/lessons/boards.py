"""Shows widgets of the deployed dashboard in a lesson."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lab.console.drawing.shown import Shown
from lab.core.target import Target
from lab.operate.dashboard import board, graph, page
from lab.operate.dashboard.board import Board, Card
from lab.operate.dashboard.widgets import Graph

ROW = "display:grid;gap:8px;grid-template-columns:repeat(auto-fit,minmax(300px,1fr))"
COLUMNS = 7


@dataclass(frozen=True, repr=False)
class Widgets(Shown):
    """Cards of a dashboard side by side."""

    board: Board

    def html(self) -> str:
        """The cards as `lab dashboard` draws them."""
        inside = (page.card_html(_narrow(card), self.board.window) for card in self.board.cards)
        cards = "".join(f'<div class="lab-card">{one}</div>' for one in inside)
        return f'<style>{page.style("card")}</style><div style="{ROW}">{cards}</div>'

    def text(self) -> str:
        """A line for each card."""
        return "\n".join(
            graph.as_text(card, widget)
            if isinstance(widget := card.widget, Graph)
            else widget.title
            for card in self.board.cards
        )


def _narrow(card: Card) -> Card:
    """The card with the same width as all others."""
    place = replace(card.widget.place, width=COLUMNS)
    return replace(card, widget=replace(card.widget, place=place))


def dashboard(target: Target, *titles: str, minutes: int = 30) -> Widgets:
    """The widgets with these titles, over the last minutes. Raises LabError if one is missing."""
    return Widgets(board.read(target, minutes, titles))

"""The deployed CloudWatch dashboard, drawn with the lab's own numbers: there is no console here."""

from lab.operate.dashboard.board import Board, Card, read
from lab.operate.dashboard.page import write

__all__ = ["Board", "Card", "read", "write"]

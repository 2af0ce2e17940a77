"""Draws the deployed CloudWatch dashboard, since the emulator has no console."""

from lab.operate.dashboard.board import Board, Card, read
from lab.operate.dashboard.page import write

__all__ = ["Board", "Card", "read", "write"]

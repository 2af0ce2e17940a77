"""Explains empty graphs."""

from __future__ import annotations

from collections.abc import Sequence

from lab.operate.dashboard.series import Series


def note(series: Sequence[Series]) -> str:
    """A note for a graph without data, otherwise empty; a problem is said elsewhere."""
    if any(one.points or one.problem for one in series):
        return ""
    return "Nothing was measured in this time."

"""The arithmetic of measuring: percentiles and ratios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Times:
    """What `count` measured times amount to, in milliseconds: the middle one, and the slow end."""

    p50: float
    p95: float
    count: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Times:
        """The summary of measured seconds. Raises ValueError if there are none."""
        middle, slow = (percentile(seconds, share) * 1000 for share in (0.50, 0.95))
        return cls(round(middle, 1), round(slow, 1), len(seconds))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all values do not exceed (the nearest rank)."""
    if not values:
        raise ValueError("There is no percentile of nothing.")
    return sorted(values)[max(1, ceil(share * len(values))) - 1]


def ratio(ours: float, theirs: float) -> float:
    """How many times theirs ours is, to two digits."""
    return round(ours / theirs, 2)

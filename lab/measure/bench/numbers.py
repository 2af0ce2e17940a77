"""Percentiles and ratios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Times:
    """Percentiles of `count` times, in milliseconds."""

    p50: float
    p95: float
    count: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Times:
        """Summarizes times in seconds. Raises ValueError if there are none."""
        p50, p95 = (percentile(seconds, share) * 1000 for share in (0.50, 0.95))
        return cls(round(p50, 1), round(p95, 1), len(seconds))


def percentile(values: Sequence[float], share: float) -> float:
    """The percentile by the nearest-rank method; `share` is 0 to 1. Raises ValueError if empty."""
    if not values:
        raise ValueError("A percentile needs at least one value.")
    return sorted(values)[max(1, ceil(share * len(values))) - 1]


def ratio(ours: float, theirs: float) -> float:
    """`ours` divided by `theirs`, to two digits."""
    return round(ours / theirs, 2)

"""The arithmetic of `lab bench`: percentiles and ratios."""

from __future__ import annotations

import pytest

from lab.measure.bench.numbers import Times, percentile, ratio


def test_a_percentile_is_one_of_the_values() -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert percentile(values, 0.5) == 3.0
    assert percentile(values, 0.95) == 5.0
    assert percentile([7.0], 0.5) == 7.0


def test_there_is_no_percentile_of_nothing() -> None:
    with pytest.raises(ValueError, match="at least one value"):
        percentile([], 0.5)


def test_times_are_told_in_milliseconds() -> None:
    assert Times.of([0.0101, 0.02, 0.9]) == Times(p50=20.0, p95=900.0, count=3)


def test_a_ratio_is_ours_by_theirs() -> None:
    assert ratio(30, 20) == 1.5

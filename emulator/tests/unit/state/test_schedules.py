"""Which scheduled rules run soon after a load."""

from __future__ import annotations

import pytest

from localstack_host.state.revival import is_frequent


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("rate(1 minute)", True),
        ("rate(5 minutes)", True),
        ("rate(6 minutes)", False),
        ("rate(1 hour)", False),
        ("rate(1 day)", False),
        ("cron(0 3 * * ? *)", False),
    ],
)
def test_a_rule_of_minutes_runs_soon(schedule: str, expected: bool) -> None:
    assert is_frequent(schedule) is expected

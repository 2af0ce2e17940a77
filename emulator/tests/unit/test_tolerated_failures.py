"""Children of a distributed Map: how many may fail, and how that is written."""

from __future__ import annotations

import json

import pytest

from localstack_host.services.stepfunctions.failures.tolerance import is_exceeded
from localstack_host.services.stepfunctions.programs import readable


@pytest.mark.parametrize(
    ("failed", "total", "count", "percentage", "exceeded"),
    [
        (0, 10, 0, 0, False),
        (1, 10, 0, 0, True),
        (2, 10, 2, 0, False),
        (3, 10, 2, 0, True),
        (5, 10, 0, 50, False),
        (6, 10, 0, 50, True),
        (3, 10, 5, 20, True),
        (3, 10, 2, 50, True),
        (2, 10, 2, 20, False),
        (0, 0, 0, 0, False),
    ],
)
def test_a_map_fails_above_either_of_its_limits(
    failed: int, total: int, count: int, percentage: float, exceeded: bool
) -> None:
    assert is_exceeded(failed, total, count, percentage) is exceeded


@pytest.mark.parametrize(
    ("part", "read"),
    [
        ({"ToleratedFailurePercentage": 60}, {"ToleratedFailurePercentage": 60.0}),
        ({"ToleratedFailurePercentage": 0.5}, {"ToleratedFailurePercentage": 0.5}),
        ({"ToleratedFailureCount": 60}, {"ToleratedFailureCount": 60}),
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_a_definition_is_read_with_what_the_grammar_lacks(
    part: dict[str, object], read: dict[str, object], indent: int | None
) -> None:
    text = readable(json.dumps({"States": {"M": part}}, indent=indent))
    assert text == json.dumps({"States": {"M": read}}, indent=indent)
